"""A scope before a client's contact: what the signed-in reader and the holder of a mail's link share."""

from collections.abc import Mapping
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.scope import FileRow, Part, Sheet
from psa_app.display.states import badge
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.portal.scope import ScopeToRead
from psa_app.rules import fields
from psa_app.services.contracts.accept import accept_sow, decline_sow
from psa_app.services.contracts.milestones import accept_milestone
from psa_app.state.base import field_errors, form_values
from psa_app.state.scope_sheets import parts_of, sheet_of
from psa_app.state.scope_words import file_rows


class ScopeReading(rx.State, mixin=True):
    """The sheet, what the reader can do with it, and the answer that is being given."""

    number: str = ""
    scope_title: str = ""
    word: str = ""
    tone: str = ""
    note: str = ""  # why nothing can be answered, or what was
    note_tone: str = ""
    sheet: Sheet = Sheet()
    parts: list[Part] = []
    files: list[FileRow] = []
    may_answer: bool = False
    reader: str = ""
    reader_title: str = ""
    pdf: str = ""
    errors: dict[str, str] = {}
    declining: bool = False
    accepting: str = ""  # the title of the milestone that is being accepted
    form_key: int = 0
    is_ready: bool = False
    is_missing: bool = False
    _scope: int = 0
    _hash: str = ""
    _part: int = 0

    def _show(self, found: ScopeToRead, pdf: str = "", token: str = "") -> None:
        word = badge(found.status)
        self._scope = found.id
        if found.text_hash != self._hash:
            self._hash = found.text_hash
            self.form_key += 1
        self.number, self.scope_title = found.number, found.title
        self.word, self.tone = word.text, word.tone
        self.sheet = sheet_of(found.paper)
        acts = {"ready": "Accept"} if found.may_sign and found.status == "signed" else {}
        self.parts = parts_of(found.milestones, found.currency, found.locale, found.zone, acts)
        self.files = file_rows(found.files, token)
        self.may_answer = found.status == "sent" and found.may_sign and not found.is_over
        self.note, self.note_tone = _note(found)
        self.reader, self.reader_title = found.reader, found.reader_title
        self.pdf = pdf or routes.sow_pdf(found.id)
        self.is_ready, self.is_missing = True, False

    def _ask_part(self, milestone_id: str) -> None:
        self._part = fields.whole(milestone_id, "milestone")
        self.accepting = next((one.title for one in self.parts if one.id == milestone_id), "")
        self.errors = {}

    def _close(self) -> None:
        self.declining, self.accepting, self.errors = False, "", {}

    def _refused(self, error: PsaError) -> None:
        self.errors = field_errors(error)

    def _acceptance(self, data: Mapping[str, Any]) -> Any:
        """What `accept_sow` is called with, for a scope that is shown as it is signed."""
        values = form_values(data, ("name", "title"))
        agrees, sow_id, text_hash = data.get("agrees") == "on", self._scope, self._hash

        def accept(session: Session, who: Actor) -> object:
            return accept_sow(session, who, sow_id, text_hash=text_hash, agrees=agrees, **values)

        return accept

    def _refusal(self, data: Mapping[str, Any]) -> Any:
        reason, sow_id = form_values(data, ("reason",))["reason"], self._scope
        return lambda session, who: decline_sow(session, who, sow_id, reason=reason)

    def _part_acceptance(self, data: Mapping[str, Any]) -> Any:
        name, part = form_values(data, ("name",))["name"], self._part
        return lambda session, who: accept_milestone(session, who, part, name=name)


def _note(found: ScopeToRead) -> tuple[str, str]:
    if found.status == "declined":
        return f"This was declined: {found.decline_reason}", "bad"
    if found.status != "sent":
        return "", ""
    if found.is_over and found.valid_until:
        day = words.day(found.valid_until, found.locale)
        return f"This offer was open until {day}. Ask {found.firm} for a new one.", "warn"
    if not found.may_sign:
        return "You may read this. Someone else at your company has to agree to it.", ""
    return "", ""
