"""The form of an expense: made or changed, with its receipts held until it is saved."""

from pathlib import PurePath
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, require
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import ExpenseCategory, Firm
from psa_app.queries.expenses.listing import ExpenseView, categories, chargeable_projects
from psa_app.queries.expenses.policy import told
from psa_app.queries.planning.choices import open_tasks
from psa_app.rules import fields, money
from psa_app.rules.expenses import MILLI, counted, parse_quantity
from psa_app.rules.money import Money
from psa_app.services.contracts.files import LARGEST, MEGABYTE
from psa_app.services.expenses.log import change_expense, log_expense
from psa_app.services.expenses.receipts import TAKEN, add_held_receipt, hold_receipt, remove_receipt
from psa_app.services.problems import FieldProblems
from psa_app.state.base import allow, field_errors, form_values, read, write
from psa_app.state.expenses.words import UNITS, ReceiptLine, receipt_line

HELP = f"A photo or a file: {TAKEN}, up to {LARGEST // MEGABYTE} MB."
NAMES = (
    "spent_on",
    "project",
    "task",
    "category",
    "amount",
    "currency",
    "tax",
    "quantity",
    "description",
    "billable",
    "reimbursable",
)
RENAMED = {
    "project_id": "project",
    "task_id": "task",
    "sow_line_id": "task",
    "category_id": "category",
    "quantity_milli": "quantity",
    "is_billable": "billable",
    "file": "receipt",
    "status": "form",
}


class ExpenseForm(rx.State):
    """One expense that is made or changed. `expense` is 0 for a new one."""

    is_open: bool = False
    title: str = ""
    expense: int = 0
    typed: dict[str, str] = {}  # what the fields show when the form opens
    projects: list[Option] = []
    tasks: list[Option] = []
    categories: list[Option] = []
    unit: str = ""  # of the chosen category: km, mi, days; "" where the amount is typed
    rate: str = ""  # of one, as read
    sum: str = ""  # quantity × rate, as far as it is typed
    hints: dict[str, str] = {}  # sentences of the policy, by field
    receipts: list[ReceiptLine] = []
    reason: str = ""  # why it came back
    errors: dict[str, str] = {}
    form_key: int = 0
    tasks_key: int = 0
    _version: int = 0
    _held: list[tuple[str, str, int]] = []  # receipts not beside an expense yet: name, key, size
    _kept: list[ReceiptLine] = []
    _gone: list[int] = []  # receipts to be taken away when it is saved

    async def _new(self, like: ExpenseView | None = None, *, project: str = "") -> None:
        """A new one; `like` another, whose day and receipts stay with it."""
        who_today, currency = await read(_firm)
        self.expense, self._version, self.title, self.reason = 0, 0, "New expense", ""
        self.typed = _typed(like) if like else _blank(currency)
        self.typed |= {"spent_on": who_today} | ({"project": project} if project else {})
        await self._show(())

    async def _edit(self, one: ExpenseView) -> None:
        self.expense, self._version, self.title = one.id, one.version, "Change the expense"
        self.typed = _typed(one)
        self.reason = one.reason if one.state == "rejected" else ""
        await self._show(tuple(receipt_line(file) for file in one.receipts))

    async def _show(self, kept: tuple[ReceiptLine, ...]) -> None:
        self._held, self._gone, self._kept, self.errors = [], [], list(kept), {}
        chosen = _number(self.typed["project"])
        category = _number(self.typed["category"])
        projects, tasks, known = await read(lambda s, who: _choices(s, who, chosen, category))
        self.projects = [
            Option(str(key), f"{client}: {name}" if client else name) for key, name, client in projects
        ]
        self.categories = [Option(str(one.id), one.name) for one in known]
        if not category and known:
            self.typed = {**self.typed, "category": str(known[0].id)}
        if not chosen and len(self.projects) == 1:
            self.typed = {**self.typed, "project": self.projects[0].value}
            tasks = await read(lambda s, who: open_tasks(s, who, projects[0][0]))
        self.tasks = _options(tasks)
        self._list()
        await self._look(self.typed)
        self.form_key += 1
        self.is_open = True

    def _list(self) -> None:
        gone = {str(one) for one in self._gone}
        held = [
            ReceiptLine(f"held-{place}", name, words.size(size))
            for place, (name, _, size) in enumerate(self._held)
        ]
        self.receipts = [*(one for one in self._kept if one.id not in gone), *held]

    async def _look(self, typed: dict[str, str]) -> None:
        """What the policy says of what is typed so far, beside the fields."""
        has_receipt = bool(self.receipts)
        self.unit, self.rate, self.sum, self.hints = await read(
            lambda s, who: _policy(s, who, typed, has_receipt=has_receipt)
        )

    @rx.event
    @allow("expenses.log")
    async def pick_project(self, project: str) -> None:
        """Another project has other tasks."""
        self.typed = {**self.typed, "project": project, "task": ""}
        self._forget("project")
        chosen = _number(project)
        self.tasks = _options(await read(lambda s, who: open_tasks(s, who, chosen)))
        self.tasks_key += 1

    @rx.event
    @allow("expenses.log")
    async def look(self, name: str, value: str) -> None:
        """Notes what was typed in a field that the policy asks about."""
        if name in ("category", "amount", "currency", "spent_on", "quantity"):
            self.typed = {**self.typed, name: value.strip()}
            self._forget(name)
            await self._look(self.typed)

    def _forget(self, field: str) -> None:
        """What was wrong with a field that is typed anew."""
        if field in self.errors:
            self.errors = {name: text for name, text in self.errors.items() if name != field}

    @rx.event
    @allow("expenses.log")
    async def take(self, files: list[rx.UploadFile]) -> None:
        """Holds a receipt until the expense is saved."""
        self._forget("receipt")
        if not files or not self.is_open:
            return
        content, name = await files[0].read(), str(files[0].filename or "receipt.jpg")[:100]
        try:
            key = await write(lambda s, who: hold_receipt(s, who, name=name, content=content))
        except PsaError as error:
            self.errors = {**self.errors, "receipt": error.sentence}
            return
        self._held = [*self._held, (self._free_name(name), key, len(content))]
        self._list()
        await self._look(self.typed)

    def _free_name(self, name: str) -> str:
        """A name that no receipt here has: phones call every photo the same."""
        known, path, number = {one.name for one in self.receipts}, PurePath(name), 2
        while name in known:
            name, number = f"{path.stem}-{number}{path.suffix}", number + 1
        return name

    @rx.event
    @allow("expenses.log")
    def refuse(self) -> None:
        """Says what may be dropped."""
        self.errors = {**self.errors, "receipt": HELP}

    @rx.event
    @allow("expenses.log")
    async def drop(self, receipt: str) -> None:
        """Takes a receipt off; a kept one goes when the expense is saved."""
        if receipt.startswith("held-"):
            place = _number(receipt.removeprefix("held-"))
            self._held = [one for at, one in enumerate(self._held) if at != place]
        elif receipt in {one.id for one in self._kept}:
            self._gone = [*self._gone, int(receipt)]
        self._list()
        await self._look(self.typed)

    @rx.event
    @allow("expenses.log")
    def close(self) -> None:
        """Closes the form; what was held belongs to nobody."""
        self._shut()

    def _shut(self) -> None:
        self.is_open, self._held, self._gone = False, [], []

    async def _save(self, data: dict[str, Any]) -> int:
        """Writes the expense with its receipts and gives its id; 0 when something is wrong."""
        values = form_values(data, NAMES)
        try:
            saved = await write(lambda s, who: self._write(s, who, values))
        except PsaError as error:
            found = field_errors(error)
            self.errors = {RENAMED.get(name, name): text for name, text in found.items()}
            return 0
        self._shut()
        return saved

    def _write(self, session: Session, who: Actor, typed: dict[str, str]) -> int:
        category = session.get(ExpenseCategory, _number(typed["category"]))
        given = parsed(typed, is_counted=bool(category and category.unit))
        if self.expense:
            fresh = {**given, "task_id": given["task_id"] or 0}
            change_expense(session, who, self.expense, version=self._version, **fresh)
        expense_id = self.expense or int(log_expense(session, who, **given).id or 0)
        for file in self._gone:
            remove_receipt(session, who, file)
        for name, held, _ in self._held:
            add_held_receipt(session, who, expense_id, name=name, held=held)
        return expense_id


def parsed(typed: dict[str, str], *, is_counted: bool) -> dict[str, Any]:
    """The values that an expense is made of, out of what was typed.

    Raises `Invalid` or `Problems` with a sentence for each field that is not right.
    """
    found = FieldProblems()
    for name, sentence in (("project", "Choose the project that it was for."), ("category", "Choose one.")):
        if not _number(typed[name]):
            found.say(name, sentence)
    today = clock.today("UTC")
    values: dict[str, Any] = {
        "project_id": _number(typed["project"]),
        "category_id": _number(typed["category"]),
        "task_id": _number(typed["task"]) or None,
        "spent_on": found.tried(lambda: fields.iso_date(typed["spent_on"], "spent_on"), today),
        "description": found.tried(lambda: fields.text(typed["description"], "description", max=200), ""),
        "is_billable": typed["billable"] == "on",
        "is_reimbursable": typed["reimbursable"] == "on",
    }
    if is_counted:
        if not typed["quantity"]:
            found.say("quantity", "Give how many.")
        values["quantity_milli"] = found.tried(lambda: parse_quantity(typed["quantity"], "quantity"), 0)
    else:
        values |= _sums(typed, found)
    found.stop_if_any()
    return values


def _sums(typed: dict[str, str], found: FieldProblems) -> dict[str, Money]:
    """The amount on the receipt and the tax in it."""
    currency = typed["currency"].upper()
    if found.tried(lambda: money.exponent(currency), -1) < 0:
        return {}
    if not typed["amount"]:
        found.say("amount", "Give the amount on the receipt.")
    amount = found.tried(lambda: money.parse_amount(typed["amount"], currency, "amount"), 0)
    tax = found.tried(lambda: money.parse_amount(typed["tax"], currency, "tax"), 0) if typed["tax"] else 0
    return {"amount": Money(amount, currency), "tax": Money(tax, currency)}


def _policy(
    session: Session, who: Actor, typed: dict[str, str], *, has_receipt: bool
) -> tuple[str, str, str, dict[str, str]]:
    require(who, "expenses.log")
    category = session.get(ExpenseCategory, _number(typed["category"]))
    if category is None:
        return "", "", "", {}
    base = session.get_one(Firm, 1).base_currency
    unit, rate = UNITS.get(category.unit, ""), ""
    if unit and category.rate_minor is not None:
        rate = f"{words.money(category.rate_minor, base)} for one"
    try:
        day = fields.iso_date(typed["spent_on"], "spent_on")
        currency = base if unit else typed["currency"].upper()
        if unit:
            amount = counted(parse_quantity(typed["quantity"], "quantity"), category.rate_minor or 0)
        else:
            amount = money.parse_amount(typed["amount"], currency)
        project = _number(typed["project"]) or None
        found = told(session, category, amount, currency, day, has_receipt=has_receipt, project_id=project)
    except PsaError:  # not typed to its end yet
        return unit, rate, "", {}
    total = words.money(amount, currency) if unit else ""
    at = {"amount": "quantity"} if unit else {}
    return unit, rate, total, {at.get(one.field, one.field): one.sentence for one in found}


def _choices(
    session: Session, who: Actor, project: int, category: int
) -> tuple[list[tuple[int, str, str]], list[tuple[int, str]], list[ExpenseCategory]]:
    tasks = open_tasks(session, who, project) if project else []
    return chargeable_projects(session, who), tasks, categories(session, who, category)


def _firm(session: Session, who: Actor) -> tuple[str, str]:
    require(who, "expenses.log")
    firm = session.get_one(Firm, 1)
    return clock.today(firm.time_zone).isoformat(), firm.base_currency


def _blank(currency: str) -> dict[str, str]:
    return dict.fromkeys(NAMES, "") | {"currency": currency, "billable": "on", "reimbursable": "on"}


def _typed(one: ExpenseView) -> dict[str, str]:
    number = one.quantity_milli
    return {
        "spent_on": one.spent_on.isoformat(),
        "project": str(one.project_id),
        "task": str(one.task_id or ""),
        "category": str(one.category_id),
        "amount": money.plain(one.amount, one.currency),
        "currency": one.currency,
        "tax": money.plain(one.tax, one.currency) if one.tax else "",
        "quantity": "" if number is None else f"{number / MILLI:.3f}".rstrip("0").rstrip("."),
        "description": one.description,
        "billable": "on" if one.is_billable else "",
        "reimbursable": "on" if one.is_reimbursable else "",
    }


def _options(tasks: list[tuple[int, str]]) -> list[Option]:
    return [Option(str(key), name) for key, name in tasks]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
