"""The tables. Import them from here: `from psa_app.models import Invoice`."""

from psa_app.models.base import NAMING, Record, Row, metadata, move, touch
from psa_app.models.clients import Account, Contact
from psa_app.models.contracts import Milestone, Rate, Signature, Sow, SowLine
from psa_app.models.firm import BankAccount, ExchangeRate, Firm, Holiday, NumberSeries, TaxNumber, TaxRate
from psa_app.models.identity import ApiToken, LoginSession, OneTimeLink, PortalLink, SignInAttempt, User
from psa_app.models.invoices import (
    Allocation,
    BilledMilestone,
    BilledTime,
    Inbox,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Payment,
    PaymentFact,
)
from psa_app.models.people import CostRate, Deputy, Leave, Person, Role, WorkPattern
from psa_app.models.projects import Booking, Project, ProjectMember, Task
from psa_app.models.system import History, JobRun, Outbox, RememberedAnswer
from psa_app.models.time import GridCell, ImportRun, TimeEntry, Timer, Timesheet

__all__ = [
    "NAMING",
    "Account",
    "Allocation",
    "ApiToken",
    "BankAccount",
    "BilledMilestone",
    "BilledTime",
    "Booking",
    "Contact",
    "CostRate",
    "Deputy",
    "ExchangeRate",
    "Firm",
    "GridCell",
    "History",
    "Holiday",
    "ImportRun",
    "Inbox",
    "Invoice",
    "InvoiceLine",
    "InvoiceTax",
    "JobRun",
    "Leave",
    "LoginSession",
    "Milestone",
    "NumberSeries",
    "OneTimeLink",
    "Outbox",
    "Payment",
    "PaymentFact",
    "Person",
    "PortalLink",
    "Project",
    "ProjectMember",
    "Rate",
    "Record",
    "RememberedAnswer",
    "Role",
    "Row",
    "SignInAttempt",
    "Signature",
    "Sow",
    "SowLine",
    "Task",
    "TaxNumber",
    "TaxRate",
    "TimeEntry",
    "Timer",
    "Timesheet",
    "User",
    "WorkPattern",
    "metadata",
    "move",
    "touch",
]
