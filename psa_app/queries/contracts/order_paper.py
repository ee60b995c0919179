"""A change order as it stands on paper. The page, the portal and the PDF are made from the same words.

What was sent is drawn from the text that the firm signed, never from the rows as they stand now.
"""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app.formats import words
from psa_app.gateways.pdf.papers import Acceptance, Column, Fact, Party, Section, SowPaper, Table
from psa_app.models import Account, ChangeOrder, Firm, Signature, Sow
from psa_app.queries.contracts.change_orders import (
    OrderTerms,
    Sums,
    agreed_order_text,
    order_text,
    read_order,
)
from psa_app.queries.contracts.paper import US_LETTER, signed_at
from psa_app.rules.change_words import DAY, MONEY, Row, Value

MARKS = {"draft": "Draft", "withdrawn": "Withdrawn"}


def order_terms(session: Session, order: ChangeOrder, sow: Sow) -> OrderTerms:
    """What the order says: as it was sent, or as a draft would be now."""
    return read_order(agreed_order_text(session, order) or order_text(session, order, sow))


def order_paper(session: Session, order: ChangeOrder, sow: Sow) -> SowPaper:
    """What is printed. The caller checks who asks. Raises `Invalid` for a draft that cannot be any more."""
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, sow.account_id)
    terms, locale = order_terms(session, order, sow), account.locale
    mark = MARKS.get(order.status, "")
    return SowPaper(
        title="Change order",
        number=terms.number or "Draft",
        subtitle=terms.title,
        seller=_party(terms.firm),
        buyer=_party(terms.client),
        buyer_label="For",
        facts=tuple(_facts(terms, locale)),
        stamp=order.signed_at or order.sent_at or order.updated_at,
        footer=" · ".join(part for part in (firm.legal_name or firm.name, firm.email, firm.website) if part),
        marks=(mark,) if mark else (),
        accent=firm.accent,
        language=locale[:2],
        sheet="us-letter" if account.country in US_LETTER else "a4",
        sections=tuple(_sections(terms, locale)),
        acceptance=_acceptance(session, order, terms, ZoneInfo(firm.time_zone), locale),
    )


def _party(block: str) -> Party:
    name, *lines = block.splitlines() or [""]
    return Party(name, tuple(lines))


def _facts(terms: OrderTerms, locale: str) -> Iterable[Fact]:
    if terms.number:
        yield Fact("Number", terms.number)
    yield Fact("Changes", terms.scope)
    yield Fact("Counts from", words.day(terms.effective_on, locale))
    if terms.open_until:
        yield Fact("Open until", words.day(terms.open_until, locale))


def _sections(terms: OrderTerms, locale: str) -> Iterable[Section]:
    if terms.reason:
        yield Section("Why", tuple(part.strip() for part in terms.reason.split("\n") if part.strip()))
    columns = (Column("What", share=3), Column("So far", numeric=True), Column("From now on", numeric=True))
    rows = tuple(
        (
            row.what,
            said(row, row.before, terms.currency, locale),
            said(row, row.after, terms.currency, locale),
        )
        for row in terms.rows
    )
    yield Section("What changes", (), Table(columns, rows))
    yield Section("What it means for the contract", (), Table(columns, tuple(effect(terms, locale))))
    since = words.day(terms.effective_on, locale)
    how = (
        f"It changes {terms.scope} “{terms.scope_title}” from {since}. All amounts are net of tax. What was "
        "approved or billed before keeps its price; everything that is not named here stays as agreed."
    )
    yield Section("How it counts", (how,))


def effect(terms: OrderTerms, locale: str) -> Iterable[tuple[str, str, str]]:
    """What a client needs to know of the contract before and after: value, hours, dates."""
    old, new = terms.before, terms.after

    def value(sums: Sums) -> str:
        amount = words.money(sums.value, terms.currency, locale)
        return amount if sums.has_end else f"{amount} and time as worked"

    yield "Contract value", value(old), value(new)
    if old.minutes or new.minutes:
        yield "Estimate", f"{words.hours(old.minutes)} h", f"{words.hours(new.minutes)} h"
    yield "Term", _term(old, locale), _term(new, locale)


def said(row: Row, value: Value, currency: str, locale: str) -> str:
    """A value of a row in words."""
    if value is None:
        return "no cap" if row.what.endswith("not more than") else words.MISSING
    if isinstance(value, date) or row.kind == DAY:
        return words.day(value, locale) if isinstance(value, date) else ""
    return words.money(value, currency, locale) if row.kind == MONEY else f"{words.hours(value)} h"


def _term(sums: Sums, locale: str) -> str:
    start = words.day(sums.starts_on, locale) if sums.starts_on else ""
    return f"{start} – {words.day(sums.ends_on, locale)}" if sums.ends_on else f"from {start}"


def _acceptance(
    session: Session, order: ChangeOrder, terms: OrderTerms, zone: ZoneInfo, locale: str
) -> Acceptance | None:
    if order.status == "draft":
        return None
    firm, client = _party(terms.firm).name, _party(terms.client).name
    if order.status != "signed":
        return Acceptance("Agreement", signers=(f"For {firm}", f"For {client}"))
    facts: list[Fact] = []
    for one in order_signatures(session, order):
        side = firm if one.side == "firm" else client
        name = f"{one.name}, {one.title}" if one.title else one.name
        facts.append(Fact(f"For {side}", f"{name}, {signed_at(one.at, zone, locale)}"))
        if one.side == "client" and one.address:
            facts.append(Fact("From the address", one.address))
    facts.append(Fact("SHA-256 of the text", order.text_hash))
    return Acceptance("Accepted", tuple(facts))


def order_signatures(session: Session, order: ChangeOrder) -> list[Signature]:
    """Who signed the text as it was sent, the firm first."""
    if not order.text_hash:
        return []
    return list(
        session.exec(
            select(Signature)
            .where(
                Signature.document == "change_order",
                Signature.document_id == order.id,
                Signature.text_hash == order.text_hash,
            )
            .order_by(col(Signature.id))
        ).all()
    )
