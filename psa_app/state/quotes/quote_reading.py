"""A quote before a client's contact: what they choose of it, and their answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.quote import Choice
from psa_app.display.states import badge
from psa_app.formats import words
from psa_app.queries.portal.quote import QuoteToRead, quote_to_read
from psa_app.queries.quotes.paper import numbered, price_words
from psa_app.rules import quotes
from psa_app.rules.money import Money
from psa_app.services.quotes.answer import accept_quote, decline_quote
from psa_app.state.base import read
from psa_app.state.contracts.document_reading import DocumentReading, Service, questions_of

NOTHING = "-"  # before a group's name: none of it


class QuoteReading(DocumentReading, mixin=True):
    """What the reader chooses."""

    choices: list[Choice] = []
    total: str = ""
    _kind: str = "Quote"
    _chosen: list[int] = []
    _amount: int = 0
    _currency: str = ""
    _groups: dict[int, str] = {}

    async def _load(self, quote_id: int, who: Actor | None) -> None:
        """What was chosen so far stays chosen while the same quote is shown."""
        wanted = list(self._chosen) if quote_id == self._document and self._hash else None
        found = await read(lambda session, reader: quote_to_read(session, reader, quote_id, wanted), who)
        self._show_document(found, numbered(found.offer), _note(found), routes.quote_pdf(found.id))
        if found.is_over and found.status == "sent":  # the night that says so has not come yet
            self.word, self.tone = badge("expired").text, badge("expired").tone
        self._chosen, self._amount = sorted(found.chosen), found.figures.total
        self._currency = found.offer.currency
        self._groups = {x.line.key: x.line.alternative for x in found.offer.lines}
        is_open = found.status == "sent" and not found.is_over
        self.may_answer, self.may_ask = is_open and found.may_answer, is_open
        self.choices = list(_choices(found)) if self.may_answer else []
        self.total = words.money(found.figures.total, found.offer.currency, found.locale)
        self.questions = questions_of(found.questions, found.firm, found.zone, found.locale)

    async def _chosen_anew(self, key: str) -> None:
        self._choose(key)
        await self._load(self._document, await self._who())

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

    def _acceptance(self, data: Mapping[str, Any]) -> Service:
        total = Money(self._amount, self._currency)
        return self._signing(accept_quote, data, chosen=tuple(self._chosen), total=total)

    def _refusal(self, data: Mapping[str, Any]) -> Service:
        return self._saying(decline_quote, data, "reason")


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
