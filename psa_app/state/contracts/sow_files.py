"""Files beside a scope: added by dropping them, taken away again while it is a draft."""

from typing import Any

import reflex as rx

from psa_app.errors import PsaError
from psa_app.rules import fields
from psa_app.services.contracts.files import KINDS, LARGEST, MEGABYTE, add_file, remove_file
from psa_app.state.base import allow, say, write
from psa_app.state.contracts.sow import SowState

HELP = f"{KINDS}, up to {LARGEST // MEGABYTE} MB each."


class SowFiles(rx.State):
    """The drop zone and what it refused."""

    error: str = ""

    @rx.event
    @allow("attachments.change")
    async def take(self, files: list[rx.UploadFile]) -> None:
        """Keeps the file that was dropped, for the client to get with the scope."""
        self.error = ""
        if not files:
            self.error = "Choose a file."
            return
        content = await files[0].read()
        name = str(files[0].filename or "file")[:200]
        page = await self.get_state(SowState)
        sow_id = page._sow
        try:
            await write(lambda session, who: add_file(session, who, sow_id, name=name, content=content))
        except PsaError as error:
            self.error = error.sentence
            return
        await page._load(page.tab)

    @rx.event
    @allow("attachments.change")
    def refuse(self) -> None:
        """Says what may be dropped."""
        self.error = f"Choose one file: {HELP}"

    @rx.event
    @allow("attachments.change")
    async def remove(self, file_id: str) -> Any:
        """Takes a file away."""
        page = await self.get_state(SowState)
        row_id = fields.whole(file_id, "file")
        await write(lambda session, who: remove_file(session, who, row_id))
        await page._load(page.tab)
        await say(self, "The file is taken away.")
