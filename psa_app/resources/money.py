"""Invoices and payments: written by their own services, read here."""

from psa_app.models import (
    Account,
    Allocation,
    BilledTime,
    Invoice,
    InvoiceLine,
    Payment,
    Sow,
    SowLine,
    TimeEntry,
)
from psa_app.models.resource import FieldSpec, Resource

INVOICES = Resource(
    kind="invoices", model=Invoice, one="Invoice", many="Invoices", read_right="invoices.read",
    search=("number", "purchase_order"), sort="-id", title="number",
    fields=(
        FieldSpec("number", "Number", filterable=True),
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("sow_id", "Scope", "link", links_to=Sow, filterable=True),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("is_sandbox", "Sandbox", "bool"),
        FieldSpec("cutoff", "Work up to", "date"),
        FieldSpec("service_from", "Service from", "date"),
        FieldSpec("service_to", "Service to", "date"),
        FieldSpec("issued_on", "Issued", "date", filterable=True),
        FieldSpec("due_on", "Due", "date", filterable=True),
        FieldSpec("purchase_order", "Purchase order"),
        FieldSpec("net_minor", "Net", "money", money_in="currency"),
        FieldSpec("tax_minor", "Tax", "money", money_in="currency"),
        FieldSpec("total_minor", "Total", "money", money_in="currency"),
        FieldSpec("void_reason", "Voided because"),
    ),
)  # fmt: skip
INVOICE_LINES = Resource(
    kind="invoice_lines", model=InvoiceLine, one="Line", many="Lines", read_right="invoices.read",
    search=("description",), sort="id", title="description", has_version=False,
    fields=(
        FieldSpec("invoice_id", "Invoice", "link", links_to=Invoice, filterable=True),
        FieldSpec("position", "Position", "number"),
        FieldSpec("kind", "Kind"),
        FieldSpec("description", "Description"),
        FieldSpec("detail", "Detail"),
        FieldSpec("minutes", "Time", "minutes"),
        FieldSpec("quantity", "Quantity", "number"),
        FieldSpec("rate_minor", "Rate", "number"),
        FieldSpec("net_minor", "Net", "number"),
        FieldSpec("sow_line_id", "Scope line", "link", links_to=SowLine),
        FieldSpec("tax_kind", "Tax"),
        FieldSpec("tax_ppm", "Tax in millionths", "number"),
    ),
)  # fmt: skip
BILLED_TIME = Resource(
    kind="billed_time", model=BilledTime, one="Billed time", many="Billed time", read_right="invoices.read", search=(),
    sort="id", title="id", has_version=False,
    fields=(
        FieldSpec("entry_id", "Entry", "link", links_to=TimeEntry, filterable=True),
        FieldSpec("line_id", "Line", "link", links_to=InvoiceLine, filterable=True),
        FieldSpec("seconds", "Time", "seconds"),
        FieldSpec("minutes", "Billed", "minutes"),
        FieldSpec("amount_minor", "Amount", "number"),
        FieldSpec("released_at", "Released", "instant"),
    ),
)  # fmt: skip
PAYMENTS = Resource(
    kind="payments", model=Payment, one="Payment", many="Payments", read_right="payments.read", search=("reference",),
    sort="-id", title="reference",
    fields=(
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("invoice_id", "Invoice", "link", links_to=Invoice, filterable=True),
        FieldSpec("provider", "By", filterable=True),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("amount_minor", "Amount", "money", money_in="currency"),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("received_on", "Received", "date", filterable=True),
        FieldSpec("method", "Method"),
        FieldSpec("reference", "Reference"),
        FieldSpec("failure", "Failed because"),
    ),
)  # fmt: skip
ALLOCATIONS = Resource(
    kind="allocations", model=Allocation, one="Allocation", many="Allocations", read_right="payments.read", search=(),
    sort="id", title="id", has_version=False,
    fields=(
        FieldSpec("payment_id", "Payment", "link", links_to=Payment, filterable=True),
        FieldSpec("invoice_id", "Invoice", "link", links_to=Invoice, filterable=True),
        FieldSpec("amount_minor", "Amount", "number"),
        FieldSpec("at", "When", "instant"),
        FieldSpec("reason", "Reason"),
    ),
)  # fmt: skip
