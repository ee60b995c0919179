"""The exact text of a quote as it was sent, and of what was accepted of it.

Both are canonical JSON (`contracts/text.py`). The paper is made from the text that was sent, never
from the rows as they stand now: `read_offer` gives it as `Offer`.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlmodel import Session, col, select

from psa_app.models import Account, Firm, Quote, QuoteLine, Role, Signature, TaxRate
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.rules import money, quotes
from psa_app.rules.evidence import canonical
from psa_app.rules.taxes import TaxKind, TaxRounding


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One line: `line` is what it costs (its key is its place), `is_marked` what the firm proposes."""

    line: quotes.Line
    title: str
    description: str
    role: str
    cap: int | None
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """All that stands on a quote. `firm` and `client` are blocks of lines; `tax_name` "" = not known."""

    number: str
    version: int
    title: str
    firm: str
    client: str
    currency: str
    intro: str
    terms: str
    starts_on: date | None
    ends_on: date | None
    open_until: date | None
    discount_ppm: int
    tax_name: str
    tax_kind: str
    tax_ppm: int
    tax_rounding: str
    lines: tuple[OfferLine, ...]

    def proposed(self) -> frozenset[int]:
        """The places of the lines that count as the firm proposes it."""
        marked = {one.line.key for one in self.lines if one.is_marked}
        return quotes.usual_choice([one.line for one in self.lines], marked)

    def figures(self, chosen: Collection[int]) -> quotes.Figures:
        """What the chosen lines come to."""
        return quotes.figures(
            [one.line for one in self.lines],
            chosen,
            discount_ppm=self.discount_ppm,
            tax=(TaxKind(self.tax_kind), self.tax_ppm) if self.tax_kind else None,
            rounding=cast(TaxRounding, self.tax_rounding),
        )


def lines_of(session: Session, quote_id: int) -> list[QuoteLine]:
    """The lines of a quote in their order."""
    statement = select(QuoteLine).where(QuoteLine.quote_id == quote_id).order_by(col(QuoteLine.position))
    return list(session.exec(statement).all())


def as_rule(line: QuoteLine) -> quotes.Line:
    """A stored line as the rules count it; its key is its place."""
    return quotes.Line(
        key=line.position,
        model=line.model,
        minutes=line.minutes,
        rate=line.rate_minor,
        value=line.value_minor,
        periods=line.periods,
        discount_ppm=line.discount_ppm,
        is_optional=line.is_optional,
        alternative=line.alternative,
        role_id=line.role_id,
    )


def quote_text(session: Session, quote: Quote) -> str:
    """The quote as it stands now, as canonical JSON. Amounts are printed with their digits."""
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, quote.account_id)
    tax = session.get(TaxRate, quote.tax_rate_id) if quote.tax_rate_id else None
    roles = {role.id: role.name for role in session.exec(select(Role)).all()}
    body = {
        "quote": quote.number,
        "version": quote.number_of_version,
        "title": quote.title,
        "firm": seller_block(session, firm),
        "client": buyer_block(account),
        "currency": quote.currency,
        "intro": quote.intro,
        "terms": quote.terms,
        "from": _day(quote.starts_on),
        "to": _day(quote.ends_on),
        "open_until": _day(quote.valid_until),
        "discount_ppm": quote.discount_ppm,
        "tax": {
            "name": tax.name if tax else "",
            "kind": tax.kind if tax else "",
            "rate_ppm": tax.rate_ppm if tax else 0,
            "rounding": firm.tax_rounding,
        },
        "lines": [_line(line, quote.currency, roles) for line in lines_of(session, int(quote.id or 0))],
    }
    return canonical(body)


def _line(line: QuoteLine, currency: str, roles: dict[int | None, str]) -> dict[str, Any]:
    def printed(amount: int | None) -> str:
        return "" if amount is None else money.plain(amount, currency)

    return {
        "place": line.position,
        "title": line.title,
        "description": line.description,
        "model": line.model,
        "role": roles.get(line.role_id, ""),
        "minutes": line.minutes,
        "an_hour": printed(line.rate_minor),
        "value": printed(line.value_minor) if line.model != quotes.TIME else "",
        "cap": printed(line.cap_minor),
        "periods": line.periods,
        "discount_ppm": line.discount_ppm,
        "optional": line.is_optional,
        "alternative": line.alternative,
        "proposed": line.is_chosen,
    }


def accepted_text(offer_text: str, chosen: Collection[int]) -> str:
    """What is agreed to: the text that was sent, the places of the lines that were chosen, and what they
    come to."""
    offer = read_offer(offer_text)
    found = offer.figures(chosen)
    totals = {"net": found.net, "discount": found.discount, "tax": found.tax, "total": found.total}
    printed = {name: money.plain(amount, offer.currency) for name, amount in totals.items()}
    return canonical(json.loads(offer_text) | {"chosen": sorted(chosen), "totals": printed})


def sent_text(session: Session, quote: Quote) -> str:
    """The text that lies before the client; "" for a draft."""
    return _kept(session, quote, "firm", quote.text_hash) if quote.text_hash else ""


def agreed_quote_text(session: Session, quote: Quote) -> str:
    """The text with the choices that the client accepted; "" before that."""
    return _kept(session, quote, "client", "") if quote.status == "accepted" else ""


def _kept(session: Session, quote: Quote, side: str, text_hash: str) -> str:
    where = [
        Signature.document == "quote",
        Signature.document_id == quote.id,
        Signature.side == side,
        *([Signature.text_hash == text_hash] if text_hash else []),
    ]
    return session.exec(select(Signature.text).where(*where).order_by(col(Signature.id).desc())).first() or ""


def read_offer(text: str) -> Offer:
    """The quote in a text made by `quote_text` or `accepted_text`."""
    body = json.loads(text)
    tax = body["tax"]
    return Offer(
        number=body["quote"],
        version=body["version"],
        title=body["title"],
        firm=body["firm"],
        client=body["client"],
        currency=body["currency"],
        intro=body["intro"],
        terms=body["terms"],
        starts_on=_date(body["from"]),
        ends_on=_date(body["to"]),
        open_until=_date(body["open_until"]),
        discount_ppm=body["discount_ppm"],
        tax_name=tax["name"],
        tax_kind=tax["kind"],
        tax_ppm=tax["rate_ppm"],
        tax_rounding=tax["rounding"],
        lines=tuple(_read_line(line, body["currency"]) for line in body["lines"]),
    )


def chosen_in(text: str) -> frozenset[int]:
    """The places that were chosen in a text made by `accepted_text`."""
    return frozenset(json.loads(text)["chosen"])


def _read_line(line: dict[str, Any], currency: str) -> OfferLine:
    def amount(text: str) -> int | None:
        return money.parse_amount(text, currency) if text else None

    priced = quotes.Line(
        key=line["place"],
        model=line["model"],
        minutes=line["minutes"],
        rate=amount(line["an_hour"]),
        value=amount(line["value"]) or 0,
        periods=line["periods"],
        discount_ppm=line["discount_ppm"],
        is_optional=line["optional"],
        alternative=line["alternative"],
    )
    return OfferLine(
        priced, line["title"], line["description"], line["role"], amount(line["cap"]), line["proposed"]
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
