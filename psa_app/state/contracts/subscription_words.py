"""How a subscription at the payment service is told."""

from datetime import date, timedelta

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.models import Invoice, ManagedSubscription, SavedMethod
from psa_app.rules.managed import STATES
from psa_app.state.invoices.invoices import state_of as state_of_invoice

COPIES = [
    Column("number", "Invoice"),
    Column("day", "Issued", width="130px"),
    Column("total", "Total", align="right", width="130px"),
    Column("state", "State", phone="side", width="110px"),
]
SERVICES = {"stripe": "Stripe", "sandbox": "The sandbox"}


def state_of(row: ManagedSubscription) -> tuple[str, str]:
    """The word for it, and its tone."""
    if row.status == "failed":
        return "Refused", "bad"
    if row.status == "sending":
        return "Being handed over", ""
    if row.is_paused:
        return STATES["paused"]
    return STATES.get(row.state, (row.state.replace("_", " ").capitalize(), ""))


def managed_facts(row: ManagedSubscription, method: SavedMethod | None) -> list[Fact]:
    """What stands there: since when, from what it is collected, what comes next."""
    by = SERVICES.get(row.provider, row.provider)
    facts = [
        Fact("Billed and collected by", by, tone="strong"),
        Fact("From", words.day(row.bills_from)),
    ]
    if method is not None:
        told = f"{(method.brand or method.kind).replace('_', ' ').capitalize()} ···· {method.last4}"
        gone = method.status != "active"
        facts.append(
            Fact("Collected from", f"{told}, removed" if gone else told, tone="warn" if gone else "")
        )
    if row.status == "running" and row.period_to and not row.ends_on and not row.is_paused:
        facts.append(Fact("Next invoice", words.day(row.period_to)))
    if row.ends_on:
        over = row.status == "ended"
        last = row.ends_on - timedelta(days=1)
        facts.append(Fact("Ended" if over else "Last day", words.day(last)))
    if row.wish:
        facts.append(Fact("Being changed", "waits for an answer"))
    if row.failure:
        facts.append(Fact("Refused", row.failure, tone="bad"))
    if row.ref:
        facts.append(Fact("Number there", row.ref, tone="muted"))
    return facts


def copy_row(invoice: Invoice, open_: int, today: date) -> Row:
    """An invoice or credit note that the payment service issued, with what is open of it."""
    is_note = invoice.kind == "credit_note"
    total = -invoice.total_minor if is_note else invoice.total_minor
    state = "credit_note" if is_note and invoice.status == "issued" else invoice.status
    word = badge(state_of_invoice(state, invoice.total_minor, open_, invoice.due_on, today, 0, ""))
    cells = [
        Cell(invoice.number, kind="strong"),
        Cell(words.day(invoice.issued_on) if invoice.issued_on else "–"),
        Cell(words.money(total, invoice.currency), align="right"),
        Cell(word.text, kind="badge", tone=word.tone),
    ]
    return Row(
        str(invoice.id), cells, href=routes.invoice(int(invoice.id or 0)), name=f"Invoice {invoice.number}"
    )
