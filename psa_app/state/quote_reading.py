"""A quote before a client's contact: what the signed-in reader and the holder of a mail's link share."""

from collections.abc import Iterator, Mapping
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.quote import Choice, Question
from psa_app.display.scope import Sheet
from psa_app.display.states import badge
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.portal.quote import QuoteToRead
from psa_app.queries.quotes.paper import numbered, price_words
from psa_app.rules import quotes
from psa_app.rules.money import Money
from psa_app.services.quotes.answer import accept_quote, decline_quote
from psa_app.services.quotes.questions import ask_question
from psa_app.state.base import field_errors, form_values
from psa_app.state.scope_sheets import sheet_of

NOTHING = "-"  # before a group's name: none of it


class QuoteReading(rx.State, mixin=True):
    """The sheet, what the reader chooses, and the answer that is being given."""

    number: str = ""
    quote_title: str = ""
    word: str = ""
    tone: str = ""
    note: str = ""
    sheet: Sheet = Sheet()
    choices: list[Choice] = []
    total: str = ""
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
    _quote: int = 0
    _hash: str = ""
    _chosen: list[int] = []
    _amount: int = 0
    _currency: str = ""
    _groups: dict[int, str] = {}

    def _wanted(self, quote_id: int) -> list[int] | None:
        """What was chosen so far, for the quote that is shown; None for another one."""
        return list(self._chosen) if quote_id == self._quote and self._hash else None

    def _show(self, found: QuoteToRead, pdf: str = "") -> None:
        word = badge(found.status)
        if found.text_hash != self._hash or found.id != self._quote:
            self.form_key += 1
        self._quote, self._hash = found.id, found.text_hash
        self._chosen, self._amount = sorted(found.chosen), found.figures.total
        self._currency = found.offer.currency
        self._groups = {x.line.key: x.line.alternative for x in found.offer.lines}
        self.number, self.quote_title = numbered(found.offer), found.title
        self.word, self.tone = word.text, word.tone
        self.sheet = sheet_of(found.paper)
        is_open = found.status == "sent" and not found.is_over
        self.may_answer, self.may_ask = is_open and found.may_answer, is_open
        self.choices = list(_choices(found)) if self.may_answer else []
        self.total = words.money(found.figures.total, found.offer.currency, found.locale)
        self.questions = [_question(place, one, found) for place, one in enumerate(found.questions)]
        self.note = _note(found)
        self.reader, self.reader_title = found.reader, found.reader_title
        self.pdf = pdf or routes.quote_pdf(found.id)
        self.is_ready, self.is_missing = True, False

    def _choose(self, key: str) -> None:
        chosen = set(self._chosen)
        if key.startswith(NOTHING):
            chosen -= {one for one, group in self._groups.items() if group == key[1:]}
        elif key.isdecimal() and int(key) in self._groups:
            line = int(key)
            group = self._groups[line]
            if group:
                chosen -= {one for one, name in self._groups.items() if name == group}
                chosen.add(line)
            else:
                chosen ^= {line}
        self._chosen = sorted(chosen)
        self.errors = {}

    def _open_dialog(self, which: str) -> None:
        self._close()
        self.dialog = which if which in ("decline", "ask") else ""

    def _close(self) -> None:
        self.dialog, self.errors = "", {}

    def _refused(self, error: PsaError) -> None:
        shown = {"name", "title", "agrees", "reason", "text", "form"}
        told = field_errors(error)
        self.errors = {name if name in shown else "form": sentence for name, sentence in told.items()}

    def _acceptance(self, data: Mapping[str, Any]) -> Any:
        """What `accept_quote` is called with, for the quote, choices and total that are shown."""
        values = form_values(data, ("name", "title"))
        agrees, quote_id, text_hash = data.get("agrees") == "on", self._quote, self._hash
        chosen, total = tuple(self._chosen), Money(self._amount, self._currency)

        def accept(session: Session, who: Actor) -> object:
            return accept_quote(
                session,
                who,
                quote_id,
                text_hash=text_hash,
                chosen=chosen,
                total=total,
                agrees=agrees,
                **values,
            )

        return accept

    def _refusal(self, data: Mapping[str, Any]) -> Any:
        reason, quote_id = form_values(data, ("reason",))["reason"], self._quote
        return lambda session, who: decline_quote(session, who, quote_id, reason=reason)

    def _asking(self, data: Mapping[str, Any]) -> Any:
        text, quote_id = form_values(data, ("text",))["text"], self._quote
        return lambda session, who: ask_question(session, who, quote_id, text=text)


def _choices(found: QuoteToRead) -> Iterator[Choice]:
    """Groups of alternatives first met, then stand together; a group that may go has a last row “None”."""
    offer, seen = found.offer, set()
    for one in offer.lines:
        group = one.line.alternative
        if not group and one.line.is_optional:
            yield _choice(one, found, "", "")
        if not group or group in seen:
            continue
        seen.add(group)
        members = [other for other in offer.lines if other.line.alternative == group]
        for place, member in enumerate(members):
            yield _choice(member, found, group, "" if place else group)
        if all(member.line.is_optional for member in members):
            none = not any(member.line.key in found.chosen for member in members)
            yield Choice(NOTHING + group, "None of these", group=group, on=none)


def _choice(one: Any, found: QuoteToRead, group: str, heading: str) -> Choice:
    worth = quotes.line_figures(one.line, found.offer.discount_ppm).net
    return Choice(
        str(one.line.key),
        one.title,
        price_words(one, found.offer, found.locale),
        words.money(worth, found.offer.currency, found.locale),
        group,
        heading,
        one.line.key in found.chosen,
    )


def _question(place: int, one: Any, found: QuoteToRead) -> Question:
    when = words.moment(one.asked_at, found.zone, found.locale)
    answered = f"{one.answered_by}, {found.firm}" if one.answer else ""
    return Question(str(place), f"{one.asked_by}, {when}", one.text, one.answer, answered, not one.answer)


def _note(found: QuoteToRead) -> str:
    if found.status == "declined":
        return f"This was declined: {found.decline_reason}"
    if found.status == "superseded":
        return f"A newer version has taken the place of this one. {found.firm} has sent it to you."
    if found.status == "accepted":
        return "This is accepted, with the choices that are counted below."
    if found.is_over and found.valid_until:
        day = words.day(found.valid_until, found.locale)
        return f"This quote was open until {day}. Ask {found.firm} for a new one."
    if not found.may_answer:
        return "You may read this and ask about it. Someone else at your company has to accept it."
    return ""
