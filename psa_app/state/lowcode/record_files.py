"""Files beside a record of a kind that takes them, such as the signed PDF of an agreement."""

import reflex as rx

from psa_app.errors import NotFound, PsaError
from psa_app.rules import fields
from psa_app.services.contracts.files import KINDS, LARGEST, MEGABYTE
from psa_app.state.base import allow, say, write
from psa_app.state.lowcode.filed import FILES, Filed
from psa_app.state.lowcode.kinds import STAFF
from psa_app.state.lowcode.record import RecordState

HELP = f"{KINDS}, up to {LARGEST // MEGABYTE} MB each."


class RecordFiles(rx.State):
    """The drop zone of the record that is open, and what it refused."""

    error: str = ""

    @rx.event
    @allow(STAFF)
    async def take(self, files: list[rx.UploadFile]) -> None:
        """Keeps the file that was dropped."""
        self.error = ""
        if not files:
            self.error = "Choose a file."
            return
        content = await files[0].read()
        name = str(files[0].filename or "file")[:200]
        page = await self.get_state(RecordState)
        kept, record_id = _filed(page), page._record
        try:
            await write(lambda session, who: kept.keep(session, who, record_id, name=name, content=content))
        except PsaError as error:
            self.error = error.sentence
            return
        await page._load()

    @rx.event
    @allow(STAFF)
    def refuse(self) -> None:
        """Says what may be dropped."""
        self.error = f"Choose one file: {HELP}"

    @rx.event
    @allow(STAFF)
    async def remove(self, file_id: str) -> None:
        """Takes a file away."""
        page = await self.get_state(RecordState)
        kept, record_id, row_id = _filed(page), page._record, fields.whole(file_id, "file")
        await write(lambda session, who: kept.remove(session, who, record_id, attachment_id=row_id))
        await page._load()
        await say(self, "The file is taken away.")


def _filed(page: RecordState) -> Filed:
    if page._kind not in FILES:
        raise NotFound()
    return FILES[page._kind]
