"""A quote as it stands on paper. The page, the portal and the PDF are made from the same words.

What was sent is drawn from the text that the firm signed, never from the rows as they stand now.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app.formats import words
from psa_app.gateways.pdf.papers import Acceptance, Column, Fact, Party, Section, SowPaper, Table, Total
from psa_app.models import Account, Firm, Quote, Signature
from psa_app.queries.contracts.paper import US_LETTER, signed_at
from psa_app.queries.quotes.text import (
    Offer,
    OfferLine,
    agreed_quote_text,
    chosen_in,
    quote_text,
    read_offer,
    sent_text,
)
from psa_app.rules import quotes
from psa_app.rules.quotes import Figures

MARKS = {"draft": "Draft", "superseded": "Replaced", "expired": "Expired"}
HOW = {
    quotes.TIME: "by time",
    "fixed": "fixed price",
    "milestone": "when accepted",
    "retainer": "retainer",
    "subscription": "subscription",
}


def offer_of(session: Session, quote: Quote) -> tuple[Offer, frozenset[int]]:
    """The quote as it lies before the client (a draft as its rows say now), and which lines count: those
    accepted, else those proposed."""
    offer = read_offer(sent_text(session, quote) or quote_text(session, quote))
    agreed = agreed_quote_text(session, quote)
    return offer, chosen_in(agreed) if agreed else offer.proposed()


def quote_paper(session: Session, quote: Quote, chosen: Collection[int] | None = None) -> SowPaper:
    """What is printed, with the lines in `chosen` counted if it is given. The caller checks who asks."""
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, quote.account_id)
    offer, counted = offer_of(session, quote)
    counted = counted if chosen is None else frozenset(chosen)
    mark = MARKS.get(quote.status, "")
    return paper_of(
        offer,
        counted,
        locale=account.locale,
        accent=firm.accent,
        footer=" · ".join(part for part in (firm.legal_name or firm.name, firm.email, firm.website) if part),
        stamp=quote.answered_at or quote.sent_at or quote.updated_at,
        marks=(mark,) if mark else (),
        acceptance=_acceptance(session, quote, offer, ZoneInfo(firm.time_zone), account.locale),
        letter=account.country in US_LETTER,
        is_decided=quote.status == "accepted",
    )


def paper_of(
    offer: Offer,
    counted: Collection[int],
    *,
    locale: str,
    accent: str,
    footer: str,
    stamp: datetime,
    marks: tuple[str, ...],
    acceptance: Acceptance | None,
    letter: bool,
    is_decided: bool,
) -> SowPaper:
    """The paper of an offer. Once it `is_decided` only what was chosen is printed as such."""
    return SowPaper(
        title="Quote",
        number=numbered(offer),
        subtitle=offer.title,
        seller=_party(offer.firm),
        buyer=_party(offer.client),
        buyer_label="For",
        facts=_facts(offer, locale),
        stamp=stamp,
        footer=footer,
        marks=marks,
        accent=accent,
        language=locale[:2],
        sheet="us-letter" if letter else "a4",
        sections=tuple(_sections(offer, counted, locale, is_decided)),
        acceptance=acceptance,
    )


def numbered(offer: Offer) -> str:
    """ "Q-2026-001, version 2" """
    version = f", version {offer.version}" if offer.version > 1 else ""
    return f"{offer.number}{version}" if offer.number else version.removeprefix(", ").capitalize()


def _party(block: str) -> Party:
    name, *lines = block.splitlines() or [""]
    return Party(name, tuple(lines))


def _facts(offer: Offer, locale: str) -> tuple[Fact, ...]:
    facts = (
        ("Number", numbered(offer)),
        ("Starts", words.day(offer.starts_on, locale) if offer.starts_on else ""),
        ("Ends", words.day(offer.ends_on, locale) if offer.ends_on else ""),
        ("Open until", words.day(offer.open_until, locale) if offer.open_until else ""),
    )
    return tuple(Fact(label, value) for label, value in facts if value)


def _sections(offer: Offer, counted: Collection[int], locale: str, is_decided: bool) -> Iterable[Section]:
    if offer.intro:
        yield Section("What it is about", _paragraphs(offer.intro))
    if offer.lines:
        yield Section("Price", (), _prices(offer, counted, locale, is_decided))
    for one in offer.lines:
        if one.description or one.cap is not None:
            yield Section(one.title, tuple(_about(one, offer, locale)))
    yield Section("How it is billed", tuple(billing_sentences(offer)))
    if offer.terms:
        yield Section("Terms", _paragraphs(offer.terms))


def _about(one: OfferLine, offer: Offer, locale: str) -> Iterable[str]:
    yield from _paragraphs(one.description)
    if one.cap is not None:
        cap = words.money(one.cap, offer.currency, locale)
        yield f"Not more than {cap}; hours beyond need a new agreement."


def _prices(offer: Offer, counted: Collection[int], locale: str, is_decided: bool) -> Table:
    found = offer.figures(counted)
    rows = []
    for one in offer.lines:
        value = quotes.line_figures(one.line, offer.discount_ppm).net
        amount = words.money(value, offer.currency, locale)
        rows.append((_title(one, counted, is_decided), price_words(one, offer, locale), amount))
    columns = (Column("Line", share=3), Column("Price", share=3), Column("Value", numeric=True))
    return Table(columns, tuple(rows), tuple(totals(offer, found, locale)))


def _title(one: OfferLine, counted: Collection[int], is_decided: bool) -> str:
    counts = one.line.key in counted
    if not (one.line.is_optional or one.line.alternative):
        return one.title
    kind = one.line.alternative or "optional"
    word = "chosen" if counts else "not chosen"
    if not is_decided:
        word = "in the total" if counts else "not in the total"
    return f"{one.title} ({kind}: {word})"


def price_words(one: OfferLine, offer: Offer, locale: str) -> str:
    """ "Designer, 10:00 h × €120.00, less 5%", "12 months × €500.00", "Fixed price"."""
    line = one.line
    if line.model == quotes.TIME:
        rate = words.money(line.rate or 0, offer.currency, locale)
        who = f"{one.role}, " if one.role else ""
        text = f"{who}{words.hours(line.minutes)} h × {rate}"
    elif line.model in quotes.PERIODIC:
        value = words.money(line.value, offer.currency, locale)
        hours = f" of {words.hours(line.minutes)} h" if line.model == "retainer" and line.minutes else ""
        months = "1 month" if line.periods == 1 else f"{line.periods} months"
        text = f"{HOW[line.model].capitalize()}, {months}{hours} × {value}"
    else:
        text = HOW[line.model].capitalize()
    parts = [
        text,
        *(f"less {percent(ppm, locale)}" for ppm in (line.discount_ppm, offer.discount_ppm) if ppm),
    ]
    return ", ".join(parts)


def totals(offer: Offer, found: Figures, locale: str) -> Iterable[Total]:
    """What stands below the lines: paid once, paid by the month, discount, tax, and the sum that counts."""

    def say(amount: int) -> str:
        return words.money(amount, offer.currency, locale)

    if found.discount:
        yield Total("Discount in it", words.money(-found.discount, offer.currency, locale))
    if found.recurring:
        if found.one_off:
            yield Total("Paid once", say(found.one_off))
        yield Total("Over all months", say(found.recurring))
        yield Total("That is a month", say(found.per_period))
    yield Total("Net", say(found.net))
    for one in found.tax_lines:
        yield Total(offer.tax_name or f"Tax {percent(one.rate_ppm, locale)}", say(one.tax))
    yield Total("Total" if found.tax_lines else "Total before tax", say(found.total), strong=True)


def percent(ppm: int, locale: str = "en") -> str:
    """ "7.7 %": millionths as a percentage, with as many decimals as it has."""
    digits = next(n for n in range(5) if ppm * 10**n % 10_000 == 0)
    return f"{words.number(Fraction(ppm, 10_000), locale, digits)}{words.NARROW_SPACE}%"


def billing_sentences(offer: Offer) -> Iterable[str]:
    """How each model on the quote is billed, in words."""
    models = {one.line.model for one in offer.lines}
    if quotes.TIME in models:
        yield "Time is billed for what was worked and approved; its hours are our estimate."
    if models & {"fixed", "milestone"}:
        yield "A fixed price is billed once its part is accepted."
    if models & set(quotes.PERIODIC):
        yield "Retainers and subscriptions are billed by the month."
    if not offer.tax_name:
        yield "All amounts are net of tax."


def _acceptance(
    session: Session, quote: Quote, offer: Offer, zone: ZoneInfo, locale: str
) -> Acceptance | None:
    if quote.status == "accepted":
        firm, client = _party(offer.firm).name, _party(offer.client).name
        facts: list[Fact] = []
        for one in signatures_of_quote(session, quote):
            name = f"{one.name}, {one.title}" if one.title else one.name
            side = firm if one.side == "firm" else client
            facts.append(Fact(f"For {side}", f"{name}, {signed_at(one.at, zone, locale)}"))
            if one.side == "client":
                if one.address:
                    facts.append(Fact("From the address", one.address))
                facts.append(Fact("SHA-256 of the text with the choices", one.text_hash))
        return Acceptance("Accepted", tuple(facts))
    if quote.status == "sent":
        return Acceptance("Agreement", signers=(f"For {_party(offer.client).name}",))
    return None


def signatures_of_quote(session: Session, quote: Quote) -> list[Signature]:
    """Who signed the text as it was sent, and with the choices; the firm first."""
    where = (Signature.document == "quote", Signature.document_id == quote.id)
    return list(session.exec(select(Signature).where(*where).order_by(col(Signature.id))).all())


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n") if part.strip())
