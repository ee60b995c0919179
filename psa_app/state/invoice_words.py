"""An invoice's page in words: the paper, what stands behind it, payments, what happened."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from psa_app.display.figures import Fact, Happening
from psa_app.display.paper import Paper, PaperFact, PaperLine, PaperTotal, Party
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.gateways.pdf.papers import InvoicePaper
from psa_app.models import Invoice
from psa_app.queries.invoices.one import EntryBehind, Event, InvoiceView, PaymentRow
from psa_app.rules import hours

METHODS = {
    "bank_transfer": "Bank transfer",
    "card": "Card",
    "cheque": "Cheque",
    "cash": "Cash",
    "other": "Other",
}
VERBS = {
    "paid": "Paid",
    "drafted": "Drafted",
    "issued": "Issued",
    "voided": "Voided",
    "recorded": "Payment recorded",
}
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
    return sheet(paper, lines, mark, editable=is_draft, facts=_facts(invoice) if is_draft else None)


def sheet(
    paper: InvoicePaper,
    lines: list[PaperLine],
    mark: str,
    *,
    editable: bool = False,
    facts: list[PaperFact] | None = None,
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
    )


def _facts(invoice: Invoice) -> list[PaperFact]:
    """A draft's head as it stands; it is changed in a dialog beside the sheet."""
    service = ""
    if invoice.service_from and invoice.service_to:
        service = words.day_range(invoice.service_from, invoice.service_to)
    rows = (
        ("Number", "given when issued"),
        ("Service", service or "–"),
        ("Order", invoice.purchase_order or "–"),
        ("Days to pay", str(invoice.payment_days)),
    )
    return [PaperFact(label, value) for label, value in rows]


def _entries(count: int) -> str:
    return "" if not count else "1 entry" if count == 1 else f"{count} entries"


def behind_facts(found: InvoiceView) -> list[Fact]:
    """How many entries and people, what rounding added, how full the caps are."""
    facts = []
    entries = sum(found.entries_by_line.values())
    if entries:
        people = f"{found.people} {'person' if found.people == 1 else 'people'}"
        facts.append(Fact(f"{entries} time entries, {people}", hours.h_mm_seconds(found.raw_seconds)))
        added = found.billed_minutes - found.raw_seconds // 60
        sign = "+" if added > 0 else "−" if added < 0 else ""
        facts.append(
            Fact(
                "Billed after rounding",
                f"{words.hours(found.billed_minutes)} ({sign}{words.hours(abs(added))})",
            )
        )
    currency = found.invoice.currency
    facts += [
        Fact(
            f"Cap of {one.title}: {words.money(one.cap, currency)}",
            f"{one.billed * 100 // one.cap} %" if one.cap else "–",
        )
        for one in found.caps
    ]
    if found.invoice.seen_at:
        facts.append(Fact("Seen by the client", words.day(found.invoice.seen_at.date())))
    return facts


def payment_rows(found: InvoiceView) -> list[Row]:
    """The payments on the invoice, with what each settles."""
    return [_payment(one, found.invoice.currency) for one in found.payments]


def _payment(one: PaymentRow, currency: str) -> Row:
    word = badge("voided" if one.status == "succeeded" and one.amount == 0 else one.status)
    cells = [
        Cell(words.day(one.received_on) if one.received_on else "–"),
        Cell(METHODS.get(one.method, one.method), sub=one.reference),
        Cell(words.money(one.amount, currency), align="right"),
        Cell(word.text, kind="badge", tone=word.tone, tip=one.failure),
    ]
    return Row(str(one.id), cells, name=one.reference or f"payment {one.id}", locked=one.provider != "manual")


def happenings(events: tuple[Event, ...], currency: str, zone: ZoneInfo) -> list[Happening]:
    """What happened, the latest first."""
    found = []
    for one in events:
        what = VERBS.get(one.verb, f"{one.kind.capitalize()} {one.verb}")
        amount = (
            f" {words.money(one.amount, currency)}" if one.amount and one.verb in ("paid", "recorded") else ""
        )
        found.append(Happening(words.moment(one.at, zone), f"{what}{amount} by {one.actor}", sub=one.reason))
    return found


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
        )
        for one in entries
    ]


def day_or_dash(day: date | None) -> str:
    """A day in words, or a dash."""
    return words.day(day) if day else "–"
