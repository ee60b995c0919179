"""Billing runs and their parts: written by their own services, read here."""

from psa_app.models import Account, BillingPart, BillingRun, BillLater, Sow, User
from psa_app.models.resource import FieldSpec, Resource

BILLING_RUNS = Resource(
    kind="billing_runs",
    model=BillingRun,
    one="Billing run",
    many="Billing runs",
    read_right="invoices.draft",
    search=("by_name",),
    sort="-id",
    title="id",
    fields=(
        FieldSpec("kind", "What", filterable=True),
        FieldSpec("state", "State", filterable=True),
        FieldSpec("is_dry", "Only a look", "bool", filterable=True),
        FieldSpec("until", "Up to", "date", filterable=True),
        FieldSpec("source", "Begun by", filterable=True, in_list=False),
        FieldSpec("by_name", "Who"),
        FieldSpec("by_user", "User", "link", links_to=User, in_list=False),
        FieldSpec("account_id", "Client", "link", links_to=Account, in_list=False),
        FieldSpec("began_at", "Began", "instant"),
        FieldSpec("ended_at", "Ended", "instant"),
        FieldSpec("problem", "Problem", in_list=False),
    ),
)
BILLING_PARTS = Resource(
    kind="billing_parts",
    model=BillingPart,
    one="Part of a billing run",
    many="Parts of billing runs",
    read_right="invoices.draft",
    search=("number",),
    sort="-id",
    title="id",
    has_version=False,
    fields=(
        FieldSpec("run_id", "Run", "link", links_to=BillingRun, filterable=True),
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("sow_id", "Scope", "link", links_to=Sow, in_list=False),
        FieldSpec("state", "State", filterable=True),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("net_minor", "Net", "money", money_in="currency"),
        FieldSpec("invoice_id", "Draft", "number"),
        FieldSpec("number", "Number"),
        FieldSpec("done_at", "Done", "instant", in_list=False),
    ),
)
BILL_LATER = Resource(
    kind="bill_later",
    model=BillLater,
    one="Work moved to later",
    many="Work moved to later",
    read_right="invoices.draft",
    search=(),
    sort="not_before",
    title="kind",
    has_version=False,
    fields=(
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("kind", "Kind", filterable=True),
        FieldSpec("record_id", "Record", "number"),
        FieldSpec("number", "Period", "number", in_list=False),
        FieldSpec("not_before", "Not before", "date", filterable=True),
    ),
)
