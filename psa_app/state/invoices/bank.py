"""The bank page: files in, lines to decide, and the one that is being decided."""

import asyncio
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.bank import Chance, OpenPart
from psa_app.display.figures import Fact
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.tables import Pager, Row
from psa_app.errors import Conflict, Invalid, PsaError
from psa_app.formats.bank_statements import MOST_BYTES
from psa_app.formats.bank_statements.apart import headers_apart
from psa_app.models import BankAccount
from psa_app.queries.bank.lines import (
    PAGE,
    BankPage,
    LineToDecide,
    bank_accounts,
    bank_page,
    line_to_decide,
)
from psa_app.rules.money import Money, parse_amount
from psa_app.services.bank.decide import (
    PartIn,
    ShortKind,
    book_certain,
    book_line,
    credit_line,
    ignore_line,
    link_line,
    take_back_by_line,
    take_payout,
    undo_line,
)
from psa_app.services.bank.take import Asked, read_file, take_statements
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.invoices import bank_words
from psa_app.state.invoices.bank_words import GUESSED, SHORT, VIEWS
from psa_app.state.invoices.past_close import NAME as PAST_CLOSE

CHOICES = ("gap_reason", "bank_account_id", "order", "mark")
COLUMNS = ("booked_on", "amount", "credit", "debit", "payer", "iban", "text", "reference")


class BankState(rx.State):
    """The list of one view, the file on its way in, and the dialog of one line."""

    rows: list[Row] = []
    tabs: list[Tab] = []
    pager: Pager = Pager()
    view: str = "open"
    q: str = ""
    certain: list[int] = []
    accounts: list[Option] = []
    is_ready: bool = False
    file_name: str = ""
    file_errors: dict[str, str] = {}
    heads: list[Option] = []  # of the file's columns, when they could not be told apart
    form_key: int = 0
    line_id: int = 0
    status: str = ""
    is_money_in: bool = True
    currency: str = ""
    facts: list[Fact] = []
    chances: list[Chance] = []
    parts: list[OpenPart] = []
    recorded: list[Chance] = []
    payouts: list[Chance] = []  # of the payment service, of the line's amount
    clients: list[Option] = []
    client: str = ""
    short_kind: str = ""
    shorts: list[Option] = [Option(key, label) for key, label in SHORT.items()]
    errors: dict[str, str] = {}
    _data: bytes = b""
    _given: Asked = Asked()  # what was said about the file so far
    _found: LineToDecide | None = None

    @rx.event
    @allow("payments.record")
    async def load(self) -> None:
        """Loads the view and the line that the address names."""
        asked = self.router.url.query_parameters
        self.view = asked.get("view", "open") if asked.get("view", "open") in VIEWS else "open"
        self.q = str(asked.get("q", ""))[:100]
        await self._load(_number(asked.get("page", "1")) or 1)
        line_id = _number(asked.get("line", ""))
        if line_id and line_id != self.line_id:
            await self._open(line_id)
        elif not line_id:
            self.line_id = 0

    async def _load(self, page: int) -> None:
        view, text = self.view, self.q
        found, accounts = await read(lambda session, who: _page(session, who, view, text, page))
        self.rows = [bank_words.row(one, view) for one in found.rows]
        self.certain = list(found.certain)
        self.pager = Pager(found.page, found.pages, _range(found))
        self.tabs = [
            Tab(
                key,
                label,
                routes.with_query(routes.BANK, view=bank_words.shown(key), q=self.q),
                str(found.counts[key] or "") if key == "open" else "",
            )
            for key, label in VIEWS.items()
        ]
        self.accounts = [Option(str(one.id), f"{one.label} · {one.currency}") for one in accounts]
        self.is_ready = True

    @rx.event
    @allow("payments.record")
    def search(self, text: str) -> Any:
        """Searches by payer, text or reference."""
        return self._go(q=text[:100], page="")

    @rx.event
    @allow("payments.record")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return self._go(page=page if page > 1 else "")

    @rx.event
    @allow("payments.record")
    def close(self) -> Any:
        """Closes the line."""
        self.line_id = 0
        return self._go()

    def _go(self, **changes: Any) -> Any:
        page = self.pager.page if self.pager.page > 1 else ""
        now = {"view": bank_words.shown(self.view), "q": self.q, "page": page}
        return rx.redirect(routes.with_query(routes.BANK, **(now | changes)), replace=True)

    # The file

    @rx.event
    @allow("payments.record")
    async def take(self, files: list[rx.UploadFile]) -> None:
        """Takes in the file that was dropped."""
        if not files:
            self.file_errors = {"file": "Choose a file."}
            return
        data = await files[0].read()
        self._given = Asked()
        self._data = data if len(data) <= MOST_BYTES else data[: MOST_BYTES + 1]
        self.file_name = str(files[0].filename or "file")[:100]
        await self._take(Asked())

    @rx.event
    @allow("payments.record")
    async def take_as(self, data: dict[str, Any]) -> None:
        """Takes the same file in with what was missing."""
        given = form_values(data, CHOICES)
        columns = {key: head for key, head in form_values(data, COLUMNS).items() if head}
        order, mark = given["order"], given["mark"]
        await self._take(
            Asked(
                bank_account_id=_number(given["bank_account_id"]) or None,
                gap_reason=given["gap_reason"],
                columns=columns or None,
                order="dmy" if order == "dmy" else "mdy" if order == "mdy" else None,
                mark="." if mark == "." else "," if mark == "," else "",
            )
        )

    async def _take(self, asked: Asked) -> None:
        data, name = self._data, self.file_name
        self._given = asked = _with(asked, self._given)
        self.file_errors = {}
        try:
            found = await asyncio.to_thread(read_file, actor(), data, asked)
            result = await write(lambda session, who: take_statements(session, who, data, name, asked, found))
        except PsaError as error:
            self.file_errors = field_errors(error)
            if "columns" in self.file_errors:
                heads = await asyncio.to_thread(headers_apart, data)
                self.heads = [Option(head, head) for head in heads]
            self.form_key += 1
            return
        self._forget()
        await self._load(1)
        await say(self, bank_words.taken(result))

    @rx.event
    @allow("payments.record")
    def forget(self) -> None:
        """Puts the file aside."""
        self._forget()

    def _forget(self) -> None:
        """Nothing of the file and of what was said about it is kept."""
        self._data, self.file_name, self.file_errors, self._given = b"", "", {}, Asked()

    @rx.event
    @allow("payments.record")
    async def book_all(self) -> None:
        """Books every line that is certain."""
        wanted = list(self.certain)
        result = await write(lambda session, who: book_certain(session, who, line_ids=wanted))
        await self._load(1)
        left = f" {result.left} were not certain any more." if result.left else ""
        await say(self, f"{result.booked} {'line' if result.booked == 1 else 'lines'} booked.{left}")

    # One line

    async def _open(self, line_id: int) -> None:
        found = await read(lambda session, who: line_to_decide(session, who, line_id))
        self._found, self.line_id, self.errors = found, line_id, {}
        line = found.line
        self.status, self.currency, self.is_money_in = line.status, line.currency, line.amount_minor > 0
        self.facts = bank_words.facts(line, found.match.paid)
        self.recorded = bank_words.recorded(found)
        self.payouts = bank_words.payouts(found)
        self.clients = [Option(str(key), name) for key, name in found.clients.items()]
        self._pick(0)

    def _pick(self, place: int) -> None:
        found = self._line()
        candidates = found.match.candidates
        best = candidates[place] if 0 <= place < len(candidates) else None
        self.chances = bank_words.chances(candidates, found.clients, found.invoices, self.currency, place)
        self.client = str(best.account_id) if best else ""
        self.short_kind = GUESSED.get(best.short_kind, "") if best else ""
        self._list(dict(best.parts) if best else {})

    def _list(self, amounts: dict[int, int]) -> None:
        mine = [one for one in self._line().invoices if str(one.account_id) == self.client]
        self.parts = bank_words.parts(mine, amounts, self.currency)
        self.form_key += 1

    def _line(self) -> LineToDecide:
        if self._found is None:
            raise Conflict("Open the line again.")
        return self._found

    @rx.event
    @allow("payments.record")
    def pick(self, key: str) -> None:
        """Shows what one of the candidates pays."""
        self._pick(_number(key))

    @rx.event
    @allow("payments.record")
    def set_client(self, key: str) -> None:
        """Shows what another client owes."""
        self.client = key if key in {one.value for one in self.clients} else ""
        self.short_kind = ""
        self._list({})

    @rx.event
    @allow("payments.record")
    async def book(self, data: dict[str, Any]) -> Any:
        """Books the amounts that were typed, or all of it as credit on account."""
        line_id, client = self.line_id, _number(self.client)
        try:
            parts = self._parts(data)
            given = form_values(data, ("short_kind", PAST_CLOSE))
            kind, past = _short_kind(given["short_kind"]), {PAST_CLOSE: given[PAST_CLOSE]}
            if not client:
                raise Invalid("Choose the client who paid.", "client")
            if parts:
                await write(lambda s, who: book_line(s, who, line_id, parts=parts, short_kind=kind, **past))
            else:
                await write(lambda s, who: credit_line(s, who, line_id, account_id=client, **past))
        except PsaError as error:
            found = field_errors(error)
            self.errors = found | ({"form": found["received_on"]} if "received_on" in found else {})
            return None
        return await self._done("Booked." if parts else "Booked as credit on account.")

    def _parts(self, data: dict[str, Any]) -> list[PartIn]:
        given = form_values(data, [one.name for one in self.parts])
        currencies = {one.name: one.currency for one in self.parts}
        return [
            PartIn(
                _number(name.removeprefix("part-")),
                Money(parse_amount(text, currencies[name], name), currencies[name]),
            )
            for name, text in given.items()
            if text
        ]

    @rx.event
    @allow("payments.record")
    async def link(self, key: str) -> Any:
        """The line is a payment recorded before, or takes it back."""
        line_id, payment_id, is_in = self.line_id, _number(key), self.is_money_in
        decide = link_line if is_in else take_back_by_line
        try:
            await write(lambda session, who: decide(session, who, line_id, payment_id=payment_id))
        except PsaError as error:
            self.errors = {"form": error.sentence}
            return None
        return await self._done(
            "Linked; nothing was booked twice." if is_in else "The payment is taken back."
        )

    @rx.event
    @allow("payments.record")
    async def is_payout(self, key: str) -> Any:
        """The line is a payout of the payment service."""
        line_id, payout_id = self.line_id, _number(key)
        try:
            await write(lambda session, who: take_payout(session, who, line_id, payout_id=payout_id))
        except PsaError as error:
            self.errors = {"form": error.sentence}
            return None
        return await self._done("The payout has come; its payments are in the books already.")

    @rx.event
    @allow("payments.record")
    async def ignore(self, data: dict[str, Any]) -> Any:
        """Puts the line aside with the reason."""
        line_id, reason = self.line_id, form_values(data, ("reason",))["reason"]
        try:
            await write(lambda session, who: ignore_line(session, who, line_id, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        return await self._done("Ignored.")

    @rx.event
    @allow("payments.record")
    async def undo(self, data: dict[str, Any]) -> Any:
        """Takes the decision back."""
        line_id, reason = self.line_id, form_values(data, ("reason",))["reason"]
        try:
            await write(lambda session, who: undo_line(session, who, line_id, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        return await self._done("Undone. The line is open again.")

    async def _done(self, text: str) -> Any:
        self.line_id, self.errors = 0, {}
        await self._load(self.pager.page)
        await say(self, text)
        return self._go()


def _page(
    session: Session, who: Actor, view: str, text: str, page: int
) -> tuple[BankPage, list[BankAccount]]:
    return bank_page(session, who, view=view, search=text, page=page), bank_accounts(session, who)


def _with(asked: Asked, before: Asked) -> Asked:
    """What is said now, and where nothing is, what was said before: one question comes after the other."""
    return Asked(
        bank_account_id=asked.bank_account_id or before.bank_account_id,
        gap_reason=asked.gap_reason or before.gap_reason,
        columns=asked.columns or before.columns,
        order=asked.order or before.order,
        mark=asked.mark or before.mark,
    )


def _short_kind(text: str) -> ShortKind:
    kinds: dict[str, ShortKind] = {
        "bank_charge": "bank_charge",
        "discount": "discount",
        "withholding": "withholding",
    }
    return kinds.get(text, "")


def _number(text: Any) -> int:
    word = str(text)
    return int(word) if word.isdecimal() and word.isascii() and len(word) < 10 else 0


def _range(found: BankPage) -> str:
    first = (found.page - 1) * PAGE + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"
