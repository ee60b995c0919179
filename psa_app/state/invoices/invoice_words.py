"""An invoice's page in words: the paper, what stands behind it, payments, what happened."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

from psa_app import routes
from psa_app.display.figures import Fact, Happening
from psa_app.display.forms import Option
from psa_app.display.paper import Paper, PaperFact, PaperLine, PaperTotal, Party
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.gateways.pdf.papers import InvoicePaper
from psa_app.models import Invoice
from psa_app.queries.invoices.one import EntryBehind, Event, InvoiceView, PaymentRow
from psa_app.queries.invoices.refunds import RefundRow
from psa_app.rules import hours, money
from psa_app.rules.deposits import KINDS, USED
from psa_app.rules.einvoices.codes import SHORT
from psa_app.rules.scopes import PERIODIC

METHODS = {
    "bank_transfer": "Bank transfer",
    "card": "Card",
    "bank_debit": "Bank debit",
    "cheque": "Cheque",
    "cash": "Cash",
    "other": "Other",
}
WAYS = METHODS | {"outside": "Outside the payment service"}  # that one is not chosen by hand
HAPPENED = {
    ("invoice", "drafted"): "Drafted by {who}",
    ("invoice", "changed"): "Details changed by {who}",
    ("invoice", "regrouped"): "Grouped anew by {who}",
    ("invoice", "line added"): "Line added by {who}",
    ("invoice", "line changed"): "Line changed by {who}",
    ("invoice", "line removed"): "Line taken off by {who}",
    ("invoice", "written"): "Line written down or up by {who}",
    ("invoice", "discount"): "Discount changed by {who}",
    ("invoice", "moved to later"): "Work moved to later by {who}",
    ("invoice", "brought back"): "Work brought back from later by {who}",
    ("invoice", "deposit"): "What is taken off for deposits changed by {who}",
    ("invoice", "issued"): "Issued by {who}",
    ("invoice", "mailed again"): "Mailed again by {who}",
    ("invoice", "seen"): "Seen by {who}",
    ("invoice", "voided"): "Voided by {who}",
    ("invoice", "credited"): "{amount} credited by {who}",
    ("invoice", "taken over"): "Taken over by {who}",
    ("invoice", "written off"): "{amount} written off by {who}",
    ("invoice", "reopened"): "Opened again by {who}",
    ("invoice", "reminded"): "Reminder sent by {who}",
    ("invoice", "followed up"): "{who} noted what the client said",
    ("invoice", "paid"): "{amount} settled",
    ("invoice", "payment taken back"): "{amount} taken back",
    ("payment", "recorded"): "Payment of {amount} recorded by {who}",
    ("payment", "refund started"): "Refund of {amount} started by {who}",
    ("payment", "refunded"): "{amount} given back",
    ("payment", "refund failed"): "A refund of {amount} failed",
    ("payment", "disputed"): "{amount} disputed by the payer",
    ("payment", "dispute closed"): "Dispute over {amount} decided",
    ("payment", "reversed"): "Payment taken back by {who}",
    ("payment", "started"): "Payment page opened by {who}",
    ("payment", "declined"): "Card payment declined",
    ("payment", "processing"): "Payment on its way",
    ("payment", "succeeded"): "Payment arrived",
    ("payment", "failed"): "Payment failed",
    ("payment", "canceled"): "Payment page closed",
    ("payment", "needs review"): "Payment needs a decision",
    ("payment", "accepted"): "Payment taken as it came by {who}",
    ("payment", "dismissed"): "Payment dismissed by {who}",
}
REFUND = {"succeeded": "Given back", "pending": "On its way", "failed": "Failed"}
QUIET = {("invoice", "paper kept"), ("payment", "open"), ("payment", "action")}
BAD = {"declined", "failed", "needs review", "payment taken back", "reversed", "refund failed", "disputed"}
LEVELS = {
    "override": "a price of its own",
    "sow_line": "the scope",
    "project_person": "the project, for this person",
    "project_role": "the project, for this role",
    "project": "the project",
    "account_role": "the client's card",
    "account": "the client's rate",
    "firm_role": "the firm's card",
    "person": "the person's rate",
}


def paper_of(found: InvoiceView, mark: str, behind: Mapping[int, str]) -> Paper:
    """The sheet; `behind` gives the address of what stands behind a line, by line id."""
    paper, invoice = found.paper, found.invoice
    is_draft = invoice.status == "draft"
    lines = [
        PaperLine(
            str(row.id),
            printed.description,
            printed.quantity,
            printed.rate,
            printed.amount,
            detail=printed.sub,
            href=behind.get(int(row.id or 0), ""),
            behind=_entries(found.entries_by_line.get(int(row.id or 0), 0)),
        )
        for row, printed in zip(found.lines, paper.lines, strict=True)
    ]
    facts = _facts(invoice) if is_draft else None
    return sheet(
        paper, lines, mark, editable=is_draft, facts=facts, version=f"{invoice.id}-{invoice.version}"
    )


def sheet(
    paper: InvoicePaper,
    lines: list[PaperLine],
    mark: str,
    *,
    editable: bool = False,
    facts: list[PaperFact] | None = None,
    version: str = "",
) -> Paper:
    """The sheet from the same words as the PDF."""
    stamps = [*paper.marks, *(["Sandbox"] if paper.test_mark else [])]
    return Paper(
        title=paper.title,
        mark=mark,
        firm=Party(paper.seller.name, list(paper.seller.lines)),
        client=Party(paper.buyer.name, list(paper.buyer.lines)),
        facts=facts if facts is not None else [PaperFact(one.label, one.value) for one in paper.facts],
        lines=lines,
        totals=[PaperTotal(one.label, one.value, one.strong) for one in paper.totals],
        notes=list(paper.notes),
        footer=[line for line in paper.footer.splitlines() if line],
        stamp=" · ".join(stamps),
        editable=editable,
        version=version,
    )


def line_options(found: InvoiceView) -> list[Option]:
    """The lines that can be changed: those of discounts, and what deposits take off, follow from others."""
    return [
        Option(str(line.id), line.description, line.detail)
        for line in found.lines
        if line.kind not in ("discount", USED)
    ]


def written(found: InvoiceView) -> list[Fact]:
    """What was written down or up on it."""
    off = sum(line.list_minor - line.net_minor for line in found.lines if line.list_minor is not None)
    if not off:
        return []
    label = "Written down" if off > 0 else "Written up"
    return [Fact(label, words.money(abs(off), found.invoice.currency))]


def _facts(invoice: Invoice) -> list[PaperFact]:
    """A draft's head, typed over on the sheet itself."""

    def day(name: str, label: str, value: date | None) -> PaperFact:
        text = words.day(value) if value else ""
        return PaperFact(label, text, name, "date", value.isoformat() if value else "")

    days = str(invoice.payment_days)
    return [
        PaperFact("Number", "given when issued"),
        day("service_from", "Service from", invoice.service_from),
        day("service_to", "Service to", invoice.service_to),
        PaperFact("Order", invoice.purchase_order, "purchase_order"),
        PaperFact("Days to pay", days, "payment_days"),
    ]


def _entries(count: int, kind: str = "") -> str:
    return "" if not count else f"1 {kind}entry" if count == 1 else f"{count} {kind}entries"


def behind_facts(found: InvoiceView) -> list[Fact]:
    """How many entries and people, which rates, what rounding added, how full the caps are."""
    currency, entries = found.invoice.currency, sum(found.entries_by_line.values())
    facts = _time_facts(found, entries) if entries else []
    facts += written(found)
    facts += [
        Fact(
            f"Cap of {one.title}: {words.money(one.cap, currency)}",
            words.percent(Fraction(one.billed, one.cap)) if one.cap else "–",
        )
        for one in found.caps
    ]
    if found.einvoice:
        facts.append(Fact("Electronic invoice", SHORT[found.einvoice]))
    if found.invoice.seen_at:
        facts.append(Fact("Seen by the client", words.day(found.invoice.seen_at.date())))
    return facts


def _time_facts(found: InvoiceView, entries: int) -> list[Fact]:
    address = routes.with_query(routes.invoice(int(found.invoice.id or 0)), line="all")
    people = f"{found.people} {'person' if found.people == 1 else 'people'}"
    levels = " and ".join(LEVELS.get(level, level) for level in found.levels)
    added = found.billed_minutes - money.divide(found.raw_seconds, 60)
    sign = "+" if added > 0 else "−" if added < 0 else ""
    policies = "; ".join(_policy(one) for one in found.roundings)
    return [
        Fact(f"{_entries(entries, 'time ')}, {people}", "", address, "open"),
        Fact(f"Rates: {levels}", "", address, "explain"),
        Fact(f"Rounding: {policies}", f"{sign}{words.hours(abs(added))}", tone="muted"),
    ]


def _policy(rounding: hours.Rounding) -> str:
    per = "per entry" if rounding.per == "entry" else "per day and task"
    least = f", at least {rounding.minimum} min" if rounding.minimum else ""
    return f"{rounding.increment} min {rounding.mode}, {per}{least}"


def freed(found: InvoiceView) -> list[str]:
    """What discarding or voiding frees, in words."""
    entries = sum(found.entries_by_line.values())
    time = f"{words.hours(found.billed_minutes)} h of time ({_entries(entries)})"
    milestones = [f"Milestone “{line.description}”" for line in found.lines if line.kind == "milestone"]
    periods = [f"{line.description}, {line.detail}" for line in found.lines if line.kind in PERIODIC]
    spent = [f"Expense “{line.description}”" for line in found.lines if line.kind == "expense"]
    deposits = [f"“{line.description}”" for line in found.lines if line.kind in KINDS]
    return [*([time] if entries else []), *milestones, *periods, *spent, *deposits]


def credited_facts(found: InvoiceView) -> list[Fact]:
    """The invoice that a credit note is on."""
    of = found.credits
    return [Fact(f"Credits {of.number}", "", routes.invoice(of.number), "open")] if of else []


def note_facts(found: InvoiceView) -> list[Fact]:
    """The credit notes on an invoice, each with what it gives back."""
    currency = found.invoice.currency
    return [
        Fact(f"{one.number}: −{words.money(one.total, currency)}", "", routes.invoice(one.number), "open")
        for one in found.notes
    ]


def is_left(found: InvoiceView) -> bool:
    """Whether something of an issued invoice can still be credited."""
    invoice = found.invoice
    credited = sum(one.total for one in found.notes)
    is_invoice = invoice.kind == "invoice" and invoice.status == "issued"
    return is_invoice and (credited < invoice.total_minor or not found.notes)


def payment_rows(found: InvoiceView) -> list[Row]:
    """The payments on the invoice, with what each settles."""
    number = found.invoice.number or ""
    rows = [_payment(one, found.invoice.currency, number) for one in found.payments]
    return rows + [_refund(one) for one in found.refunds]


def refundable(found: InvoiceView) -> list[str]:
    """The rows of payments of which something can be given back."""
    return [str(one.id) for one in found.payments if one.status == "succeeded" and one.received > 0]


def _refund(one: RefundRow) -> Row:
    word = REFUND.get(one.status, "On its way")
    cells = [
        Cell(words.day(one.returned_on or one.created_at.date()), sub=f"Refund: {one.reason}"),
        Cell(words.money(-one.amount, one.currency), align="right"),
        Cell(word, kind="badge", tone=badge(one.status).tone, tip=one.failure),
    ]
    return Row(f"refund-{one.id}", cells, name=f"refund {one.id}", locked=True)


def _payment(one: PaymentRow, currency: str, number: str) -> Row:
    came_back = one.status == "succeeded" and one.received <= 0
    word = badge("refunded" if came_back else one.status, "Taken back" if came_back else "")
    over = one.received - one.amount
    credit = f"{words.money(over, currency)} of it is credit" if over > 0 and one.amount else ""
    said = [WAYS.get(one.method, one.method), one.reference if one.reference != number else ""]
    how = ", ".join(part for part in said if part)
    cells = [
        Cell(words.day(one.received_on) if one.received_on else "–", sub=how),
        Cell(words.money(one.amount, currency), sub=credit, align="right"),
        Cell(word.text, kind="badge", tone=word.tone, tip=one.failure),
    ]
    is_fixed = one.provider != "manual" or came_back
    return Row(str(one.id), cells, name=one.reference or f"payment {one.id}", locked=is_fixed)


def happenings(events: tuple[Event, ...], currency: str, zone: ZoneInfo) -> list[Happening]:
    """What happened, the latest first."""
    return [_happening(one, currency, zone) for one in events if (one.kind, one.verb) not in QUIET]


def _happening(one: Event, currency: str, zone: ZoneInfo) -> Happening:
    form = HAPPENED.get((one.kind, one.verb), f"{one.kind.capitalize()} {one.verb} by {{who}}")
    amount = words.money(abs(one.amount), currency) if one.amount else "A payment"
    told = form.format_map({"who": one.actor, "amount": amount})
    is_code = one.kind == "payment" and one.verb in ("declined", "failed") and " " not in one.reason
    mark = one.reason.replace("_", " ") if is_code else ""
    tone = "bad" if one.verb in BAD else ""
    if one.readers:
        told += f", mailed to {one.readers} {'person' if one.readers == 1 else 'people'}"
    sub = "" if is_code else one.reason
    return Happening(words.moment(one.at, zone), told, sub=sub, badge=mark, tone=tone)


def entry_rows(entries: list[EntryBehind], currency: str) -> list[Row]:
    """The time behind a line."""
    return [
        Row(
            str(one.id),
            [
                Cell(words.day(one.day)),
                Cell(one.person, sub=one.task),
                Cell(one.note or "–", kind="text" if one.note else "muted"),
                Cell(hours.h_mm_seconds(one.seconds), align="right"),
                Cell(words.hours(one.minutes), align="right"),
                Cell(words.money(one.amount, currency), align="right"),
                Cell(words.money(one.rate, currency), sub=LEVELS.get(one.level, one.level)),
            ],
            name=f"{one.person}, {words.day(one.day)}",
        )
        for one in entries
    ]
