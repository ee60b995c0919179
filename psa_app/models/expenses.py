"""Money that people spend for the work: its categories, each expense, and what of it is billed."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Record, Row


class ExpenseCategory(Record, table=True):
    """What money is spent on: travel, hosting, a licence; with what is usual for it.

    With a `unit` an expense is a quantity at `rate_minor`. The policy (limit, receipt, age) is in the
    firm's base currency; it warns, or if `is_strict` keeps an expense from being handed in.
    """

    __tablename__ = "expense_category"
    name: str = Field(unique=True)
    tax_kind: str = ""  # the tax that it bears on the client's invoice; "" = that of the work
    markup_ppm: int = 0
    is_billable: bool = True
    is_active: bool = True
    unit: str = ""  # "" | km | mile | day
    rate_minor: BigOrNone = None  # base currency, for one unit
    limit_minor: BigOrNone = None  # of one expense, tax included
    receipt_above_minor: BigOrNone = None
    max_age_days: int | None = None
    is_strict: bool = False
    shares_receipt: bool = False  # clients see the receipts behind their invoices


class Expense(Record, table=True):
    """Money that a person spent for a project: `amount_minor` of `currency`, as the receipt says.

    `tax_minor` of it is the firm's to reclaim: neither cost nor billed. `rate_nano` (units of the
    contract's currency per unit of `currency`, × 10⁹), `value_minor` (what the client pays) and
    `cost_minor` (base currency) follow every change until approval, when they are frozen; they are None
    while no exchange rate is stored.
    """

    __table_args__ = (
        Index("ix_expense_person_day", "person_id", "spent_on"),
        Index("ix_expense_billing", "project_id", "status", "spent_on"),
        {"sqlite_autoincrement": True},  # an id never comes back: history goes by it
    )
    person_id: int = Field(foreign_key="person.id")
    project_id: int = Field(foreign_key="project.id")
    task_id: int | None = Field(default=None, foreign_key="task.id", index=True)
    sow_line_id: int | None = Field(default=None, foreign_key="sow_line.id", index=True)
    category_id: int = Field(foreign_key="expense_category.id", index=True)
    spent_on: date
    description: str
    amount_minor: Big
    currency: str
    tax_minor: Big = 0
    quantity_milli: BigOrNone = None  # thousandths of the category's unit: 42.5 km are 42500
    tax_kind: str = ""  # on the invoice, as its category's
    is_billable: bool = True
    is_reimbursable: bool = True
    markup_ppm: int = 0
    status: str = Field(default="draft", index=True)  # draft | submitted | approved | invoiced
    contract_currency: str
    rate_nano: BigOrNone = None
    value_minor: BigOrNone = None
    cost_minor: BigOrNone = None
    submitted_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="user.id")
    decided_at: datetime | None = None
    self_approved: bool = False
    by_policy: bool = False  # nobody looked: it kept the policy, and the firm says that is enough
    reject_reason: str = ""


class BilledExpense(Row, table=True):
    """Ties an approved expense to the line that bills it; once while not released."""

    __tablename__ = "billed_expense"
    __table_args__ = (
        Index(
            "uq_billed_expense_once",
            "expense_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    expense_id: int = Field(foreign_key="expense.id")
    line_id: int = Field(foreign_key="invoice_line.id", index=True)
    amount_minor: Big
    released_at: datetime | None = None
