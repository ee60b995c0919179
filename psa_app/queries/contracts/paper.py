"""A scope as it stands on paper. The page, the portal and the PDF are made from the same words.

What was sent is drawn from the text that the firm signed, never from the rows as they stand now.
"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app.formats import words
from psa_app.gateways.pdf.papers import Acceptance, Column, Fact, Party, Section, SowPaper, Table, Total
from psa_app.models import Account, Firm, Signature, Sow
from psa_app.queries.contracts.text import LineTerm, Terms, agreed_text, read_text, sow_text

US_LETTER = ("US", "CA", "MX")
ROUNDED = {"up": "up to", "nearest": "to the nearest", "down": "down to"}


def sow_paper(session: Session, sow: Sow) -> SowPaper:
    """What is printed: a draft as its rows say now, all else as it was sent. The caller checks who asks."""
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, sow.account_id)
    terms = read_text(agreed_text(session, sow) or sow_text(session, sow))
    return paper_of(
        terms,
        locale=account.locale,
        accent=firm.accent,
        footer=" · ".join(part for part in (firm.legal_name or firm.name, firm.email, firm.website) if part),
        stamp=sow.signed_at or sow.sent_at or sow.updated_at,
        marks=("Draft",) if sow.status == "draft" else (),
        acceptance=_acceptance(session, sow, terms, ZoneInfo(firm.time_zone), account.locale),
        letter=account.country in US_LETTER,
    )


def paper_of(
    terms: Terms,
    *,
    locale: str,
    accent: str,
    footer: str,
    stamp: datetime,
    marks: tuple[str, ...],
    acceptance: Acceptance | None,
    letter: bool,
) -> SowPaper:
    """The paper of some terms."""
    return SowPaper(
        title="Statement of work",
        number=terms.number,
        subtitle=terms.title,
        seller=_party(terms.firm),
        buyer=_party(terms.client),
        buyer_label="For",
        facts=_facts(terms, locale),
        stamp=stamp,
        footer=footer,
        marks=marks,
        accent=accent,
        language=locale[:2],
        sheet="us-letter" if letter else "a4",
        sections=tuple(_sections(terms, locale)),
        acceptance=acceptance,
    )


def _party(block: str) -> Party:
    name, *lines = block.splitlines() or [""]
    return Party(name, tuple(lines))


def _facts(terms: Terms, locale: str) -> tuple[Fact, ...]:
    facts = (
        ("Number", terms.number),
        ("Starts", words.day(terms.starts_on, locale)),
        ("Ends", words.day(terms.ends_on, locale) if terms.ends_on else ""),
        ("Order", terms.purchase_order),
        ("Open until", words.day(terms.open_until, locale) if terms.open_until else ""),
    )
    return tuple(Fact(label, value) for label, value in facts if value)


def _sections(terms: Terms, locale: str) -> Iterable[Section]:
    if terms.summary:
        yield Section("What it is about", _paragraphs(terms.summary))
    if terms.lines:
        yield Section("Price", (), _prices(terms, locale))
    for place, line in enumerate(terms.lines, 1):
        yield _line(f"{place}. {line.title}", line, terms, locale)
    yield Section("How it is billed", tuple(billing_sentences(terms)))
    if terms.terms:
        yield Section("Terms", _paragraphs(terms.terms))


def _prices(terms: Terms, locale: str) -> Table:
    def value(line: LineTerm) -> str:
        amount = line.value if line.model == "fixed" else line.cap
        return "as worked" if amount is None else words.money(amount, terms.currency, locale)

    total, has_end = terms.value()
    sum_of_all = words.money(total, terms.currency, locale)
    label = "At most" if has_end and any(line.model != "fixed" for line in terms.lines) else "Total"
    end = (
        Total(label, sum_of_all, strong=True)
        if has_end
        else Total("Fixed and capped, besides time", sum_of_all)
    )
    return Table(
        (Column("Line", share=3), Column("Billed", share=2), Column("Value", numeric=True)),
        tuple((line.title, _how(line), value(line)) for line in terms.lines),
        (end,) if total or has_end else (),
    )


def _how(line: LineTerm) -> str:
    if line.model == "fixed":
        return f"Fixed, {_count(len(line.milestones), 'milestone')}"
    return "By time, at most" if line.cap is not None else "By time"


def _line(heading: str, line: LineTerm, terms: Terms, locale: str) -> Section:
    paragraphs = list(_paragraphs(line.description))
    if line.estimate_minutes:
        paragraphs.append(f"Estimated at {words.hours(line.estimate_minutes)} h.")
    if line.model != "fixed" and line.cap is not None:
        cap = words.money(line.cap, terms.currency, locale)
        paragraphs.append(f"Not more than {cap}; hours beyond need a new agreement.")
    table = _milestones(line, terms, locale) if line.model == "fixed" else _rates(line, terms, locale)
    return Section(heading, tuple(paragraphs), table)


def _rates(line: LineTerm, terms: Terms, locale: str) -> Table | None:
    if not line.rates:
        return None
    return Table(
        (Column("Role"), Column("An hour", numeric=True)),
        tuple(
            (rate.role or "Everyone", words.money(rate.amount, terms.currency, locale)) for rate in line.rates
        ),
    )


def _milestones(line: LineTerm, terms: Terms, locale: str) -> Table:
    return Table(
        (
            Column("Milestone", share=2),
            Column("Accepted when", share=3),
            Column("Planned", share=0),
            Column("Value", numeric=True),
        ),
        tuple(
            (
                part.title,
                part.criteria or "It is delivered as described.",
                words.day(part.due_on, locale) if part.due_on else "",
                words.money(part.value, terms.currency, locale),
            )
            for part in line.milestones
        ),
    )


def billing_sentences(terms: Terms) -> Iterable[str]:
    """How time is counted and when invoices are due, in words."""
    tax = f"All amounts are net of tax ({terms.tax})." if terms.tax else "All amounts are net of tax."
    yield f"{tax} Invoices are due within {_count(terms.payment_days, 'day')}."
    models = {line.model for line in terms.lines}
    if "time_and_materials" in models:
        yield f"Time is billed for what was worked and approved. {rounding_sentence(terms)}"
    if "fixed" in models:
        yield "A milestone is billed once it is accepted."


def rounding_sentence(terms: Terms) -> str:
    """ "Each entry is rounded up to 15 minutes, at least 30." """
    what = "Each entry" if terms.round_per == "entry" else "A person’s day on a task"
    if terms.round_increment == 1 and terms.round_mode == "up":
        sentence = f"{what} counts in whole minutes"
    else:
        sentence = f"{what} is rounded {ROUNDED[terms.round_mode]} {_count(terms.round_increment, 'minute')}"
    least = f", at least {_count(terms.round_minimum, 'minute')}" if terms.round_minimum else ""
    return f"{sentence}{least}."


def _acceptance(session: Session, sow: Sow, terms: Terms, zone: ZoneInfo, locale: str) -> Acceptance | None:
    if sow.status == "draft":
        return None
    firm, client = _party(terms.firm).name, _party(terms.client).name
    if sow.status not in ("signed", "closed"):
        return Acceptance("Agreement", signers=(f"For {firm}", f"For {client}"))
    facts: list[Fact] = []
    for one in signatures_of(session, sow):
        side = firm if one.side == "firm" else client
        name = f"{one.name}, {one.title}" if one.title else one.name
        facts.append(Fact(f"For {side}", f"{name}, {signed_at(one.at, zone, locale)}"))
        if one.side == "client" and one.address:
            facts.append(Fact("From the address", one.address))
    facts.append(Fact("SHA-256 of the text", sow.text_hash))
    return Acceptance("Accepted", tuple(facts))


def signed_at(instant: datetime, zone: ZoneInfo, locale: str = "en") -> str:
    """ "12 Nov 2026, 09:14 CET" """
    local = instant.astimezone(zone)
    return f"{words.day(local.date(), locale)}, {local:%H:%M %Z}"


def signatures_of(session: Session, sow: Sow) -> list[Signature]:
    """Who signed the text as it was sent, the firm first."""
    return list(
        session.exec(
            select(Signature)
            .where(
                Signature.document == "sow",
                Signature.document_id == sow.id,
                Signature.text_hash == sow.text_hash,
            )
            .order_by(col(Signature.id))
        ).all()
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n") if part.strip())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
