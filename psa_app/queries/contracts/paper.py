"""A scope as it stands on paper. The page, the portal and the PDF are made from the same words.

What was sent is drawn from the text that the firm signed, never from the rows as they stand now.
"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app.formats import words
from psa_app.gateways.pdf.papers import Acceptance, Column, Fact, Party, Section, SowPaper, Table
from psa_app.models import Account, Firm, Signature, Sow
from psa_app.queries.contracts.paper_lines import (
    billing_sentences,
    count,
    line_section,
    paragraphs,
    prices,
)
from psa_app.queries.contracts.terms import Terms, read_text
from psa_app.queries.contracts.text import agreed_text, sow_text
from psa_app.rules import scopes

US_LETTER = ("US", "CA", "MX")


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
        ("Under", terms.agreement),
        ("Order", terms.purchase_order),
        ("Open until", words.day(terms.open_until, locale) if terms.open_until else ""),
    )
    return tuple(Fact(label, value) for label, value in facts if value)


def _sections(terms: Terms, locale: str) -> Iterable[Section]:
    if terms.summary:
        yield Section("What it is about", paragraphs(terms.summary))
    if terms.lines:
        yield Section("Price", (), prices(terms, locale))
    for place, line in enumerate(terms.lines, 1):
        yield line_section(f"{place}. {line.title}", line, terms, locale)
    if terms.deliverables:
        yield Section("Deliverables", (), _deliverables(terms, locale))
    if terms.assumptions:
        yield Section("Assumptions", paragraphs(terms.assumptions))
    yield Section("How it is billed", tuple(billing_sentences(terms, locale)))
    if terms.agreement or terms.renews_on:
        yield Section("Term and agreement", tuple(_term_sentences(terms, locale)))
    if terms.terms:
        yield Section("Terms", paragraphs(terms.terms))
    if terms.files:
        yield Section("Files that belong to it", (), _files(terms))


def _deliverables(terms: Terms, locale: str) -> Table:
    return Table(
        (Column("Deliverable", share=2), Column("Accepted when", share=3), Column("Due", share=0)),
        tuple(
            (
                one.title,
                one.criteria or "It is delivered as described.",
                words.day(one.due_on, locale) if one.due_on else "",
            )
            for one in terms.deliverables
        ),
    )


def _term_sentences(terms: Terms, locale: str) -> Iterable[str]:
    if terms.receipts_above:
        above = words.money(terms.receipts_above, terms.currency, locale)
        yield f"An expense above {above} is billed with its receipt."
    elif terms.receipts_above == 0:
        yield "Each expense is billed with its receipt."
    if terms.agreement:
        signed = terms.agreement_signed_on
        of = f" of {words.day(signed, locale)}" if signed else ""
        yield f"“{terms.agreement}”{of} governs this statement of work."
    if terms.renews_on is None:
        return
    day = words.day(terms.renews_on, locale)
    if terms.renewal == "automatic":
        last = words.day(scopes.notice_on(terms.renews_on, terms.notice_days), locale)
        yield f"It renews on {day}, unless either side gives notice by {last}."
        return
    yield f"It can be renewed on {day} by a new agreement."
    if terms.notice_days:
        yield f"Each side tells the other {count(terms.notice_days, 'day')} before whether it wants that."


def _files(terms: Terms) -> Table:
    return Table(
        (Column("File", share=2), Column("SHA-256 of its content", share=5), Column("Bytes", numeric=True)),
        tuple((one.name, one.sha256, f"{one.size:,}") for one in terms.files),
    )


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
        if one.address:
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
