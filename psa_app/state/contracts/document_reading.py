"""A scope, a quote or a change order before a client's contact: read, answered, asked about.

Someone signed in and the holder of a mail's link do the same (`portal_documents.py`, `open_link.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.quote import Question
from psa_app.display.scope import Sheet
from psa_app.display.states import badge
from psa_app.errors import NotFound, PsaError
from psa_app.formats import words
from psa_app.queries.portal.change_order import OrderToRead
from psa_app.queries.portal.quote import QuestionRow, QuoteToRead
from psa_app.queries.portal.scope import ScopeToRead
from psa_app.state.base import allow, field_errors, form_values, public, say, write
from psa_app.state.contracts.scope_sheets import sheet_of
from psa_app.state.contracts.sow import id_in

SHOWN = ("name", "title", "agrees", "reason", "text", "form")
Service = Callable[[Session, Actor], object]


class DocumentReading(rx.State, mixin=True):
    """The sheet, and the answer that is being given. Which handlers there are, for whom, say its heirs."""

    number: str = ""
    title: str = ""
    word: str = ""
    tone: str = ""
    note: str = ""  # why nothing can be answered, or what was
    sheet: Sheet = Sheet()
    questions: list[Question] = []
    may_answer: bool = False
    may_ask: bool = False
    reader: str = ""
    reader_title: str = ""
    pdf: str = ""
    errors: dict[str, str] = {}
    dialog: str = ""  # decline | ask
    form_key: int = 0
    is_ready: bool = False
    is_missing: bool = False
    _document: int = 0
    _hash: str = ""
    _token: str = ""  # of the mail's link, if that is how it was opened
    _kind: str = "Document"

    async def _who(self) -> Actor | None:
        """Who reads: None for the one who is signed in."""
        return None

    async def _load(self, document_id: int, who: Actor | None) -> None:
        """Shows the document. Raises `NotFound`."""
        raise NotImplementedError

    def _acceptance(self, data: Mapping[str, Any]) -> Service:
        raise NotImplementedError

    def _refusal(self, data: Mapping[str, Any]) -> Service:
        raise NotImplementedError

    def _show_document(
        self, found: OrderToRead | QuoteToRead | ScopeToRead, number: str, note: str, pdf: str
    ) -> None:
        word = badge(found.status)
        if found.text_hash != self._hash or found.id != self._document:
            self.form_key += 1
        self._document, self._hash = found.id, found.text_hash
        self.number, self.title, self.note = number, found.title, note
        self.word, self.tone = word.text, word.tone
        self.sheet = sheet_of(found.paper)
        self.reader, self.reader_title = found.reader, found.reader_title
        self.pdf = routes.with_query(pdf, token=self._token) if self._token else pdf
        self.is_ready, self.is_missing = True, False

    def _signing(self, accept: Callable[..., object], data: Mapping[str, Any], **more: Any) -> Service:
        """Accepts the very text that is shown, under the name that was typed."""
        given = {**form_values(data, ("name", "title")), **more}
        given["agrees"], given["text_hash"] = data.get("agrees") == "on", self._hash
        document_id = self._document
        return lambda session, who: accept(session, who, document_id, **given)

    def _saying(self, service: Callable[..., object], data: Mapping[str, Any], name: str) -> Service:
        """Passes on what was typed into the field `name`."""
        given, document_id = form_values(data, (name,)), self._document
        return lambda session, who: service(session, who, document_id, **given)

    async def _accepted(self, data: Mapping[str, Any], done: str) -> None:
        if await self._done(self._acceptance(data)):
            await say(self, f"{self.number} is {done}. Both sides get a mail with its hash.")

    async def _declined(self, data: Mapping[str, Any]) -> None:
        if await self._done(self._refusal(data)):
            await say(self, f"{self.number} is declined. The firm reads why.", "info")

    async def _asked(self, data: Mapping[str, Any], ask: Callable[..., object]) -> None:
        if await self._done(self._saying(ask, data, "text")):
            await say(self, "Your question is on its way. The answer comes by mail, and stands here.")

    async def _done(self, service: Service) -> bool:
        try:
            await write(service, await self._who())
        except PsaError as error:
            told = field_errors(error)
            self.errors = {name if name in SHOWN else "form": sentence for name, sentence in told.items()}
            return False
        self._close()
        await self._load(self._document, await self._who())
        return True

    def _open_dialog(self, which: str) -> None:
        self._close()
        self.dialog = which if which in ("decline", "ask") else ""

    def _close(self) -> None:
        self.dialog, self.errors = "", {}


class SignedInReading(DocumentReading, mixin=True):
    """For a contact who is signed in: the document that the address names."""

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the document."""
        try:
            await self._load(id_in(str(self.router.url.path)), None)
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.title = True, self._kind

    @rx.event
    @allow("portal.read")
    def close(self) -> None:
        """Closes the open dialog."""
        self._close()


class LinkReading(DocumentReading, mixin=True):
    """For whoever holds a mail's link; `_who` proves it anew at each event."""

    @rx.event
    @public
    async def decline(self, data: dict[str, Any]) -> None:
        """Says no, with a reason."""
        await self._declined(data)

    @rx.event
    @public
    def open_dialog(self, which: str) -> None:
        """Opens the question why, or the form for a question."""
        self._open_dialog(which)

    @rx.event
    @public
    def close(self) -> None:
        """Closes the open dialog."""
        self._close()


def questions_of(rows: Sequence[QuestionRow], firm: str, zone: ZoneInfo, locale: str) -> list[Question]:
    """What was asked and answered, in words."""
    return [
        Question(
            str(place),
            f"{one.asked_by}, {words.moment(one.asked_at, zone, locale)}",
            one.text,
            one.answer,
            f"{one.answered_by}, {firm}" if one.answer else "",
            not one.answer,
        )
        for place, one in enumerate(rows)
    ]
