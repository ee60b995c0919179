"""One quote: the sheet, its versions and how they differ, questions, evidence, and what happened."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact, Happening
from psa_app.display.frame import Tab
from psa_app.display.quote import Difference, Question, Version
from psa_app.display.scope import Sheet
from psa_app.display.states import badge
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.contracts.paper import signed_at
from psa_app.queries.history import Past, happened
from psa_app.queries.quotes.one import OneQuote, compared, one_quote
from psa_app.queries.quotes.paper import percent, quote_paper
from psa_app.rules import quotes
from psa_app.services.quotes.write import RENEWABLE
from psa_app.state.base import actor, allow, read
from psa_app.state.contracts.scope_sheets import sheet_of
from psa_app.state.contracts.sow import id_in
from psa_app.state.quotes.quote_edit import QuoteEdit

VERBS = {
    "created": "Written",
    "changed": "Changed",
    "sent": "Sent",
    "asked": "Question",
    "answered": "Question answered",
    "accepted": "Accepted",
    "declined": "Declined",
    "expired": "Expired",
    "superseded": "Replaced by a newer version",
    "made a scope": "Scope drafted",
    "no scope drafted": "No scope could be drafted",
}
FIELDS = {
    "title": "Title",
    "model": "Billed",
    "description": "Description",
    "role": "Role",
    "minutes": "Hours",
    "rate_minor": "An hour",
    "value_minor": "Price",
    "cap_minor": "Not more than",
    "periods": "Months",
    "discount_ppm": "Discount",
    "is_optional": "Optional",
    "alternative": "One of",
    "name": "Title",
    "intro": "What it is about",
    "starts_on": "Starts",
    "ends_on": "Ends",
    "valid_until": "Open until",
    "terms": "Terms",
    "net_minor": "Net",
}
TONES = {"added": "ok", "removed": "bad", "changed": "warn"}


class QuoteState(rx.State):
    """What the page shows of the quote that the address names."""

    number: str = ""
    quote_title: str = ""
    word: str = ""
    tone: str = ""
    account: str = ""
    is_draft: bool = False
    is_out: bool = False
    may_write: bool = False
    may_send: bool = False
    may_renew: bool = False
    may_make: bool = False
    declined: str = ""
    scope: str = ""
    scope_href: str = ""
    newer: str = ""
    newer_href: str = ""
    tab: str = ""
    tabs: list[Tab] = []
    sheet: Sheet = Sheet()
    facts: list[Fact] = []
    rates: list[Fact] = []  # of the lines by time; each opens why
    evidence: list[Fact] = []
    versions: list[Version] = []
    differences: list[Difference] = []
    compared_with: str = ""
    questions: list[Question] = []
    happened: list[Happening] = []
    pdf: str = ""
    is_ready: bool = False
    is_missing: bool = False
    _quote: int = 0

    @rx.event
    @allow("quotes.change")
    async def load(self) -> None:
        """Loads the quote that the address names; `?tab=paper` shows a draft as the client will read it."""
        wanted = str(self.router.url.query_parameters.get("tab", ""))
        try:
            self._quote = id_in(str(self.router.url.path))
            await self._load("paper" if wanted == "paper" else "write")
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.quote_title = True, "Quote"

    async def _load(self, tab: str) -> None:
        quote_id = self._quote
        found = await read(lambda session, who: _read(session, who, quote_id))
        one = found.one
        self._name(one)
        self._rights(one, actor())
        self.tab = tab if self.is_draft and self.may_write else "paper"
        here = routes.quote(quote_id)
        self.tabs = [Tab("write", "Write", here), Tab("paper", "As the client reads it", f"{here}?tab=paper")]
        self.sheet = found.sheet
        self.facts = _facts(one, found.zone)
        self.rates = _rates(one)
        self.evidence = _evidence(one, found.zone)
        self.versions = _versions(one)
        self.differences = [row for change in found.changes for row in _rows(change, one.quote.currency)]
        older = next((x for x in one.family if x.number_of_version == one.quote.number_of_version - 1), None)
        self.compared_with = f"Since version {older.number_of_version}" if older else ""
        self.questions = [_question(x, found.zone) for x in one.questions]
        self.happened = [_happening(x, found.zone) for x in found.past]
        self.is_ready, self.is_missing = True, False
        if self.is_draft and self.may_write:
            edit = await self.get_state(QuoteEdit)
            await edit._show(one)

    def _name(self, one: OneQuote) -> None:
        quote = one.quote
        word = badge(quote.status)
        version = f"version {quote.number_of_version}" if quote.number_of_version > 1 else ""
        self.number = ", ".join(part for part in (quote.number or "No number yet", version) if part)
        self.quote_title, self.word, self.tone = quote.title, word.text, word.tone
        self.account = one.account.name
        self.is_draft, self.is_out = quote.status == "draft", quote.status == "sent"
        self.declined = quote.decline_reason
        self.pdf = routes.quote_pdf(int(quote.id or 0))
        self.scope, self.scope_href = "", ""
        if one.scope is not None:
            self.scope, self.scope_href = one.scope.number, routes.sow(int(one.scope.id or 0))
        newest = one.family[0]
        self.newer = f"Version {newest.number_of_version}" if newest.id != quote.id else ""
        self.newer_href = routes.quote(int(newest.id or 0))

    def _rights(self, one: OneQuote, who: Actor) -> None:
        quote = one.quote
        self.may_write = may(who, "quotes.change")
        self.may_send = self.is_draft and may(who, "quotes.send")
        waits = any(x.status == "draft" for x in one.family)
        self.may_renew = self.may_write and quote.status in RENEWABLE and not waits
        self.may_make = quote.status == "accepted" and one.scope is None and may(who, "sows.change")


class _Found:
    """What one reading transaction gives the page."""

    def __init__(
        self,
        one: OneQuote,
        sheet: Sheet,
        past: list[Past],
        changes: tuple[quotes.Change, ...],
        zone: ZoneInfo,
    ) -> None:
        self.one, self.sheet, self.past, self.changes, self.zone = one, sheet, past, changes, zone


def _read(session: Session, who: Actor, quote_id: int) -> _Found:
    one = one_quote(session, who, quote_id)
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    past = happened(session, who, {"quote": [quote_id]})
    older = [x for x in one.family if x.number_of_version == one.quote.number_of_version - 1]
    changes = compared(session, who, int(older[0].id or 0), quote_id) if older else ()
    return _Found(one, sheet_of(quote_paper(session, one.quote)), past, changes, zone)


def _facts(one: OneQuote, zone: ZoneInfo) -> list[Fact]:
    quote, today = one.quote, clock.now().astimezone(zone).date()
    rows = [Fact("Client", one.account.name, routes.client(int(one.account.id or 0)))]
    contact = next((x.name for x in one.contacts if x.id == quote.contact_id), "")
    if contact:
        rows.append(Fact("For", contact))
    if quote.sent_at:
        rows.append(Fact("Sent", words.moment(quote.sent_at, zone)))
    if quote.valid_until and quote.status in ("draft", "sent", "expired"):
        left = (quote.valid_until - today).days
        tone = "bad" if left < 0 else "warn" if left <= 3 and quote.status == "sent" else ""
        rows.append(Fact("Open until", words.day(quote.valid_until), tone=tone))
    if quote.answered_at and quote.answered_by:
        label = badge(quote.status).text if quote.status in ("accepted", "declined") else "Answered"
        rows.append(Fact(label, f"{words.moment(quote.answered_at, zone)} by {quote.answered_by}"))
    if one.scope is not None:
        title = f"{one.scope.number} {one.scope.title}"
        rows.append(Fact("Scope", title, routes.sow(int(one.scope.id or 0))))
    return rows


def _rates(one: OneQuote) -> list[Fact]:
    return [
        Fact(
            line.title,
            words.money(line.rate_minor, one.quote.currency),
            href=routes.why(quote_line=line.id),
        )
        for line in one.lines
        if line.rate_minor is not None
    ]


def _evidence(one: OneQuote, zone: ZoneInfo) -> list[Fact]:
    rows: list[Fact] = []
    for signed in one.signatures:
        side = one.account.name if signed.side == "client" else "For us"
        name = f"{signed.name}, {signed.title}" if signed.title else signed.name
        rows += [Fact(side, name, tone="strong"), Fact("When", signed_at(signed.at, zone))]
        if signed.address:
            rows.append(Fact("From the address", signed.address))
        rows.append(Fact("SHA-256 of the text", signed.text_hash))
    return rows


def _versions(one: OneQuote) -> list[Version]:
    if len(one.family) < 2:
        return []
    return [
        Version(
            str(x.id),
            f"Version {x.number_of_version}, {words.money(x.net_minor, x.currency)}",
            routes.quote(int(x.id or 0)),
            badge(x.status).text,
            badge(x.status).tone,
            x.id == one.quote.id,
        )
        for x in one.family
    ]


def _rows(change: quotes.Change, currency: str) -> list[Difference]:
    word, tone = change.kind.capitalize(), TONES[change.kind]
    if not change.fields:
        return [Difference(change.title, word, tone)]
    return [
        Difference(
            change.title,
            word,
            tone,
            FIELDS[name],
            _said(name, before, currency),
            _said(name, after, currency),
        )
        for name, (before, after) in change.fields.items()
    ]


def _said(name: str, value: Any, currency: str) -> str:
    if value is None or value == "":
        return "–"
    if name.endswith("_minor"):
        return words.money(int(value), currency)
    if isinstance(value, date):
        return words.day(value)
    if name == "minutes":
        return f"{words.hours(int(value))} h"
    if name == "discount_ppm":
        return percent(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "model":
        return str(value).replace("_", " ").capitalize()
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _question(one: Any, zone: ZoneInfo) -> Question:
    asked = f"{one.asked_by}, {words.moment(one.asked_at, zone)}"
    answered = f"{one.answered_by}, {words.moment(one.answered_at, zone)}" if one.answered_at else ""
    return Question(str(one.id), asked, one.text, one.answer, answered, one.answered_at is None)


def _happening(one: Past, zone: ZoneInfo) -> Happening:
    verb = VERBS.get(one.verb, one.verb.capitalize())
    to = one.after.get("to") if one.verb == "sent" else None
    sub = f"To {', '.join(to)}" if isinstance(to, list) else one.reason
    return Happening(words.moment(one.at, zone), f"{verb} by {one.actor}", sub)
