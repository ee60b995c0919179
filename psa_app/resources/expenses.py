"""Expenses and their categories: categories kept by hand, expenses written by their own services."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.models import (
    BilledExpense,
    Expense,
    ExpenseCategory,
    InvoiceLine,
    Person,
    Project,
    SowLine,
    Task,
)
from psa_app.models.resource import ActWords, FieldSpec, Incoming, Resource
from psa_app.queries.many import twin
from psa_app.rules.expenses import check_age, check_markup, check_policy_amount, check_unit
from psa_app.services.expenses.incoming import check_expense, write_expense

_INSIDE = "expenses.log"  # what was paid and how it was decided on is not the client's to see
_PRICE = "expenses.approve"
UNITS = (("", "None: the amount is typed"), ("km", "Kilometre"), ("mile", "Mile"), ("day", "Day"))
TAXES = (
    ("", "As the work"),
    ("standard", "Standard"),
    ("reduced", "Reduced"),
    ("zero", "Zero"),
    ("exempt", "Exempt"),
)


def _check_category(session: Session, values: Mapping[str, Any], record: ExpenseCategory | None) -> None:
    name = values.get("name")
    other = twin(session, ExpenseCategory, record, fold="name", name=name) if name else None
    if other is not None:
        raise Invalid(f"There is already a category called {other.title}.", "name")
    if values.get("markup_ppm") is not None:
        check_markup(values["markup_ppm"])
    for field in ("rate_minor", "limit_minor", "receipt_above_minor"):
        check_policy_amount(values.get(field), field)
    check_age(values.get("max_age_days"))
    now = {name: values.get(name, getattr(record, name, None)) for name in ("unit", "rate_minor")}
    check_unit(now["unit"] or "", now["rate_minor"])


EXPENSE_CATEGORIES = Resource(
    kind="expense_categories",
    model=ExpenseCategory,
    one="Expense category",
    many="Expense categories",
    read_right=_INSIDE,
    change_right="firm.money",
    check=_check_category,
    sort="name",
    keys=(("name",),),
    fields=(
        FieldSpec("name", "Name", required=True, max_length=80),
        FieldSpec("tax_kind", "Tax on the invoice", "choice", choices=TAXES, default=""),
        FieldSpec("markup_ppm", "Markup", "ppm", default=0, read_right=_PRICE),
        FieldSpec("is_billable", "Billable", "bool", default=True),
        FieldSpec("is_active", "In use", "bool", default=True, filterable=True),
        FieldSpec("unit", "Counted by", "choice", choices=UNITS, default=""),
        FieldSpec("rate_minor", "Rate of one", "money", help="What is paid for one kilometre, mile or day."),
        FieldSpec("limit_minor", "Limit of one expense", "money", in_list=False, help="Empty: no limit."),
        FieldSpec(
            "receipt_above_minor",
            "Receipt needed above",
            "money",
            in_list=False,
            help="Empty: none is asked for; 0: always.",
        ),
        FieldSpec(
            "max_age_days", "Handed in within days", "number", in_list=False, help="Empty: at any time."
        ),
        FieldSpec("is_strict", "What breaks this cannot be handed in", "bool", in_list=False),
        FieldSpec("shares_receipt", "Clients see the receipts", "bool", in_list=False),
    ),
)
EXPENSES_IN = Incoming(
    right=_INSIDE,
    write=write_expense,
    check=check_expense,
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person, set="create"),
        FieldSpec("project_id", "Project", "link", required=True, links_to=Project),
        FieldSpec("task_id", "Task", "link", links_to=Task),
        FieldSpec("category_id", "Category", "link", required=True, links_to=ExpenseCategory),
        FieldSpec("spent_on", "Day", "date", required=True),
        FieldSpec("description", "Description", required=True),
        FieldSpec("currency", "Currency", "currency", required=True),
        FieldSpec("amount_minor", "Amount", "money", required=True, money_in="currency"),
        FieldSpec("tax_minor", "Tax in it", "money", money_in="currency"),
        FieldSpec("is_billable", "Billable", "bool"),
        FieldSpec("is_reimbursable", "To be paid back", "bool"),
    ),
)
EXPENSES = Resource(
    kind="expenses",
    model=Expense,
    one="Expense",
    many="Expenses",
    read_right="expenses.read",
    search=("description",),
    sort="-spent_on",
    title="description",
    bulk=("submit", "recall", "approve", "reject", "set_billing", "delete"),
    words=(ActWords("set_billing", "Billing", "Change how {rows} are billed?"),),
    keys=(("person_id", "project_id", "category_id", "spent_on", "description"),),
    incoming=EXPENSES_IN,
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True, read_right=_INSIDE),
        FieldSpec("project_id", "Project", "link", links_to=Project, filterable=True),
        FieldSpec("task_id", "Task", "link", links_to=Task, read_right=_INSIDE, in_list=False),
        FieldSpec("sow_line_id", "Bills to", "link", links_to=SowLine, read_right="sows.read", in_list=False),
        FieldSpec(
            "category_id",
            "Category",
            "link",
            links_to=ExpenseCategory,
            filterable=True,
            read_right=_INSIDE,
        ),
        FieldSpec("spent_on", "Day", "date", filterable=True),
        FieldSpec("description", "Description"),
        FieldSpec("currency", "Currency", "currency", read_right=_INSIDE, in_list=False),
        FieldSpec("amount_minor", "Amount", "money", money_in="currency", read_right=_INSIDE),
        FieldSpec("tax_minor", "Tax in it", "money", money_in="currency", read_right=_INSIDE, in_list=False),
        FieldSpec("quantity_milli", "Quantity in thousandths", "number", read_right=_INSIDE, in_list=False),
        FieldSpec("is_billable", "Billable", "bool", filterable=True, read_right=_INSIDE),
        FieldSpec(
            "is_reimbursable", "To be paid back", "bool", filterable=True, read_right=_INSIDE, in_list=False
        ),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("contract_currency", "Billed in", "currency", read_right=_PRICE, in_list=False),
        FieldSpec("markup_ppm", "Markup", "ppm", read_right=_PRICE, in_list=False),
        FieldSpec("rate_nano", "Exchange rate", "nano", read_right=_PRICE, in_list=False),
        FieldSpec("value_minor", "Billed at", "money", money_in="contract_currency", read_right=_PRICE),
        FieldSpec("cost_minor", "Cost", "money", read_right=_PRICE, in_list=False),
        FieldSpec(
            "by_policy", "Approved by policy", "bool", filterable=True, read_right=_INSIDE, in_list=False
        ),
        FieldSpec("reject_reason", "Rejected because", read_right=_INSIDE, in_list=False),
    ),
)
BILLED_EXPENSES = Resource(
    kind="billed_expenses",
    model=BilledExpense,
    one="Billed expense",
    many="Billed expenses",
    read_right="invoices.read",
    search=(),
    sort="id",
    title="id",
    has_version=False,
    fields=(
        FieldSpec("expense_id", "Expense", "link", links_to=Expense, filterable=True),
        FieldSpec("line_id", "Line", "link", links_to=InvoiceLine, filterable=True),
        FieldSpec("amount_minor", "Amount", "money", money_in="line_id.invoice_id.currency"),
        FieldSpec("released_at", "Released", "instant"),
    ),
)
