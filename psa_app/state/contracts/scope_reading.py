"""A scope before a client's contact: their answer, and the milestones that they accept."""

from collections.abc import Mapping
from typing import Any

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.scope import FileRow, Part
from psa_app.formats import words
from psa_app.queries.portal.scope import ScopeToRead, scope_to_read
from psa_app.rules import fields
from psa_app.services.contracts.accept import accept_sow, decline_sow
from psa_app.services.contracts.milestones import accept_milestone
from psa_app.state.base import form_values, read, say
from psa_app.state.contracts.document_reading import DocumentReading, Service
from psa_app.state.contracts.scope_sheets import parts_of
from psa_app.state.contracts.scope_words import file_rows


class ScopeReading(DocumentReading, mixin=True):
    """Its milestones and files."""

    parts: list[Part] = []
    files: list[FileRow] = []
    accepting: str = ""  # the title of the milestone that is being accepted
    _kind: str = "Statement of work"
    _part: int = 0

    async def _load(self, sow_id: int, who: Actor | None) -> None:
        found = await read(lambda session, reader: scope_to_read(session, reader, sow_id), who)
        self._show_document(found, found.number, _note(found), routes.sow_pdf(found.id))
        acts = {"ready": "Accept"} if found.may_sign and found.status == "signed" else {}
        self.parts = parts_of(found.milestones, found.currency, found.locale, found.zone, acts)
        self.files = file_rows(found.files, self._token)
        self.may_answer = found.status == "sent" and found.may_sign and not found.is_over

    def _ask_part(self, milestone_id: str) -> None:
        self._part = fields.whole(milestone_id, "milestone")
        self.accepting = next((one.title for one in self.parts if one.id == milestone_id), "")
        self.errors = {}

    async def _part_accepted(self, data: Mapping[str, Any]) -> None:
        name, part, title = form_values(data, ("name",))["name"], self._part, self.accepting
        if await self._done(lambda session, who: accept_milestone(session, who, part, name=name)):
            await say(self, f"“{title}” is accepted.")

    def _close(self) -> None:
        self.dialog, self.accepting, self.errors = "", "", {}

    def _acceptance(self, data: Mapping[str, Any]) -> Service:
        return self._signing(accept_sow, data)

    def _refusal(self, data: Mapping[str, Any]) -> Service:
        return self._saying(decline_sow, data, "reason")


def _note(found: ScopeToRead) -> str:
    if found.status == "declined":
        return f"This was declined: {found.decline_reason}"
    if found.status != "sent":
        return ""
    if found.is_over and found.valid_until:
        day = words.day(found.valid_until, found.locale)
        return f"This offer was open until {day}. Ask {found.firm} for a new one."
    if not found.may_sign:
        return "You may read this. Someone else at your company has to agree to it."
    return ""
