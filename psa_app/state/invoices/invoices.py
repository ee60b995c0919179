"""The list of invoices, and the dialog that drafts a new one with a look at what would be billed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, may, visible
from psa_app.display.figures import Fact
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Chip, Column, Pager, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.models import Account, Firm
from psa_app.queries.invoices.listing import VIEWS, InvoicePage, InvoiceRow, invoice_page
from psa_app.queries.invoices.preview import DraftPreview, preview_draft
from psa_app.rules import fields
from psa_app.services.invoices.draft import draft_invoice
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, say, write

LABELS = {
    "all": "All",
    "draft": "Drafts",
    "open": "Open",
    "overdue": "Overdue",
    "paid": "Paid",
    "credit": "Credit notes",
    "void": "Void",
    "other": "Tests",
}
SORTS = ("number", "client", "issued_on", "due_on", "total", "open")
GROUPINGS = {
    "": "as the scope says",
    "role": "by role",
    "person": "by person",
    "task": "by task",
    "day": "by day",
    "none": "in one line",
}
COLUMNS = [
    Column("number", "Number", sortable=True, width="180px"),
    Column("client", "Client", sortable=True),
    Column("issued_on", "Issued", sortable=True, width="120px", phone="hide"),
    Column("due_on", "Due", sortable=True, width="120px"),
    Column("total", "Total", align="right", sortable=True, width="170px"),
    Column("open", "Open", align="right", sortable=True, width="170px"),
    Column("state", "State", phone="side", width="120px"),
]


@dataclass(frozen=True)
class _Asked:
    account_id: int
    until: date
    grouping: Any
    include: tuple[Any, ...]


class InvoicesState(rx.State):
    """One page of the list; the dialog for a new draft."""

    rows: list[Row] = []
    totals: list[Cell] = []
    pager: Pager = Pager()
    tabs: list[Tab] = []
    chips: list[Chip] = []
    view: str = "all"
    q: str = ""
    sort: str = ""
    descending: bool = False
    subtitle: str = ""
    may_draft: bool = False
    drafting: bool = False
    clients: list[Option] = []
    client: str = ""
    client_name: str = ""
    until: str = ""
    preview: list[str] = []
    preview_net: str = ""
    missing: list[Fact] = []
    previewed: bool = False
    errors: dict[str, str] = {}
    form_key: int = 0
    files: list[str] = ["", ""]
    is_ready: bool = False
    _asked: dict[str, str] = {}
    _client: int = 0

    @rx.event
    @allow("invoices.draft")
    async def load(self) -> Any:
        """Loads the page that the address describes; `?new=1` opens the dialog (`client=`, `until=`)."""
        asked = self.router.url.query_parameters
        self.q = str(asked.get("q", ""))[:100]
        self.view = asked.get("view", "all") if asked.get("view", "all") in VIEWS else "all"
        sort = str(asked.get("sort", ""))
        self.descending = sort.startswith("-")
        self.sort = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else ""
        page, client = str(asked.get("page", "1")), str(asked.get("client", ""))
        self._client = int(client) if client.isdecimal() and len(client) < 10 else 0
        self.may_draft = may(actor(), "invoices.draft")
        await self._load(int(page) if page.isdecimal() and len(page) < 7 else 1)
        if asked.get("new") and self.may_draft and not self.drafting:
            await self._open(str(asked.get("client", "")), str(asked.get("until", "")))
            return opened(self, "until")
        return None

    async def _load(self, page: int) -> None:
        sort = ("-" if self.descending else "") + self.sort
        found, today = await read(
            lambda session, who: _page(
                session, who, self._client, view=self.view, search=self.q, sort=sort, page=page
            )
        )
        self.rows = [_row(one, today) for one in found.rows]
        self.totals = _totals(found)
        self.pager = Pager(found.page, found.pages, _range(found))
        self.tabs = [self._tab(key, found) for key in VIEWS if key != "other" or found.counts[key]]
        self.chips = [Chip("client", "Client", found.rows[0].client)] if self._client and found.rows else []
        self.subtitle = f"{_sums(found.open)} open" if found.open else "Nothing open"
        self.files = routes.export(
            "invoices",
            q=self.q,
            view="" if self.view == "all" else self.view,
            client=self._client or "",
            sort=sort,
        )
        self.is_ready = True

    def _tab(self, key: str, found: InvoicePage) -> Tab:
        """A view; those that ask for something say how many there are."""
        view = "" if key == "all" else key
        address = routes.with_query(routes.INVOICES, view=view, q=self.q, client=self._client or "")
        label = "Real" if key == "other" and found.is_test else LABELS[key]
        counted = key in ("draft", "overdue") and found.counts[key]
        return Tab(key, label, address, str(found.counts[key]) if counted else "")

    @rx.event
    @allow("invoices.draft")
    def search(self, text: str) -> Any:
        """Searches by what was typed."""
        return self._go(q=text[:100], page=1)

    @rx.event
    @allow("invoices.draft")
    def on_sort(self, key: str) -> Any:
        """Sorts by a column, or turns its order round."""
        turned = key == self.sort and not self.descending
        return self._go(sort=f"-{key}" if turned else key, page=1)

    @rx.event
    @allow("invoices.draft")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return self._go(page=page)

    @rx.event
    @allow("invoices.draft")
    def unchip(self, key: str) -> Any:
        """Takes a filter off."""
        return self._go(page=1, client="") if key == "client" else None

    def _go(self, **changes: Any) -> Any:
        now = {
            "q": self.q,
            "client": self._client or "",
            "view": "" if self.view == "all" else self.view,
            "sort": ("-" if self.descending else "") + self.sort if self.sort else "",
            "page": self.pager.page,
        }
        wanted = now | changes
        if wanted["page"] == 1:
            wanted["page"] = ""
        return rx.redirect(routes.with_query(routes.INVOICES, **wanted), replace=True)

    @rx.event
    @allow("invoices.draft")
    async def ask_draft(self) -> None:
        """Opens the dialog for a new draft."""
        await self._open("", "")

    async def _open(self, client: str, until: str) -> None:
        self.clients, last_month = await read(bill_choices)
        known = {option.value: option.label for option in self.clients}
        self.client = client if client in known else ""
        self.client_name = known.get(self.client, "")
        self.until = until or last_month
        self._forget()
        self.form_key += 1
        self.drafting = True

    def _forget(self) -> None:
        self.preview, self.preview_net, self.missing, self.previewed = [], "", [], False
        self.errors, self._asked = {}, {}

    @rx.event
    @allow("invoices.draft")
    async def draft(self, data: dict[str, Any]) -> Any:
        """Shows what would be billed; the same again makes the draft."""
        values = form_values(data, ("client", "until", "grouping", "time", "milestones", "expenses", "group"))
        try:
            asked = _asked(values)
            if self._asked != values:
                found = await read(
                    lambda session, who: preview_draft(
                        session, who, account_id=asked.account_id, until=asked.until, include=asked.include
                    )
                )
                self._show(found, values)
                return None
            made = await write(
                lambda session, who: draft_invoice(
                    session,
                    who,
                    account_id=asked.account_id,
                    until=asked.until,
                    grouping=asked.grouping,
                    include=asked.include,
                    group_expenses=bool(values["group"]),
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.drafting = False
        await say(self, "Draft made. Look it over, then issue it.")
        return rx.redirect(routes.invoice(int(made.id or 0)))

    def _show(self, found: DraftPreview, values: dict[str, str]) -> None:
        self._forget()
        self.preview, self.preview_net = list(found.lines), found.net
        self.missing = [Fact(one.sentence, href=one.href) for one in found.missing]
        self.previewed = bool(found.lines) and not found.is_stopped
        self._asked = values if self.previewed else {}
        if not found.lines:
            self.errors = {"form": "There is nothing to bill up to this day."}

    @rx.event
    @allow("invoices.draft")
    def close(self) -> None:
        """Closes the dialog."""
        self.drafting = False


def _page(session: Session, who: Actor, client: int, **options: Any) -> tuple[InvoicePage, date]:
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    return invoice_page(session, who, today=today, client_id=client or None, **options), today


def bill_choices(session: Session, who: Actor) -> tuple[list[Option], str]:
    """The clients, and the last day of the month before."""
    zone = session.exec(select(Firm.time_zone)).one()
    rows = session.exec(
        select(Account.id, Account.name)
        .where(visible(who, Account), ~col(Account.is_archived))
        .order_by(col(Account.name))
    ).all()
    last = clock.today(zone).replace(day=1) - timedelta(days=1)
    return [Option(str(row_id), name) for row_id, name in rows], last.isoformat()


def _asked(values: dict[str, str]) -> _Asked:
    if not values["client"].isdecimal():
        raise Invalid("Choose the client to bill.", "client")
    until = fields.iso_date(values["until"], "until")
    include = tuple(name for name in ("time", "milestones", "expenses") if values[name])
    if not include:
        raise Invalid("Choose at least one: time, fixed prices or expenses.", "time")
    grouping = values["grouping"] if values["grouping"] in GROUPINGS and values["grouping"] else None
    return _Asked(int(values["client"]), until, grouping, include)


def state_of(
    status: str,
    total: int,
    open_: int,
    due_on: date | None,
    today: date,
    credited: int = 0,
    mark: str = "",
) -> str:
    """The word for how an invoice stands; `status` is "credit_note" for one of those.

    `mark` is "disputed", or "refunded" when money was given back: with nothing left of it, it says so.
    """
    if status != "issued":
        return status
    if mark == "disputed" or (mark == "refunded" and open_ >= total - credited > 0):
        return mark
    if open_ <= 0 and 0 < total <= credited:
        return "credited"
    if open_ <= 0:
        return "paid" if open_ == 0 else "overpaid"
    if due_on is not None and due_on < today:
        return "overdue"
    return "partly_paid" if open_ < total - credited else "issued"


def _row(one: InvoiceRow, today: date) -> Row:
    status = one.kind if one.kind == "credit_note" else one.status
    word = badge(state_of(status, one.total, one.open, one.due_on, today, one.credited, one.mark))
    cells = [
        Cell(one.number or f"Draft {one.id}", kind="strong"),
        Cell(one.client),
        Cell(words.day(one.issued_on) if one.issued_on else "–", kind="text" if one.issued_on else "muted"),
        Cell(words.day(one.due_on) if one.due_on else "–", kind="text" if one.due_on else "muted"),
        Cell(words.money(one.total, one.currency), align="right"),
        Cell(
            words.money(one.open, one.currency) if one.open else "–",
            align="right",
            kind="text" if one.open else "muted",
        ),
        Cell(word.text, kind="badge", tone=word.tone),
    ]
    return Row(str(one.id), cells, href=routes.invoice(one.id), name=one.number or f"draft {one.id}")


def _sums(by_currency: dict[str, int]) -> str:
    return " + ".join(words.money(amount, code) for code, amount in by_currency.items())


def _totals(found: InvoicePage) -> list[Cell]:
    """The sums of everything that the view holds, not of the page alone."""
    if found.total < 2:
        return []
    empty = [Cell(""), Cell(""), Cell("")]
    total, rest = _sums(found.totals), _sums(found.open)
    return [
        Cell(f"{found.total:,} invoices", kind="strong"),
        *empty,
        Cell(total, align="right"),
        Cell(rest or "–", align="right"),
        Cell(""),
    ]


def _range(found: InvoicePage) -> str:
    first = (found.page - 1) * 25 + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"
