"""One quote for the firm's people: how it is written, versions, questions, evidence, what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.errors import NotFound
from psa_app.models import (
    Account,
    Firm,
    Opportunity,
    Quote,
    QuoteLine,
    QuoteQuestion,
    Role,
    ServiceItem,
    Signature,
    Sow,
    TaxRate,
)
from psa_app.queries.contracts.one import ContactRow, contacts_of
from psa_app.queries.exchange import exchange
from psa_app.queries.quotes.paper import signatures_of_quote
from psa_app.queries.quotes.text import lines_of
from psa_app.rules import money, quotes

COMPARED = (
    "title model description role minutes rate_minor value_minor cap_minor periods discount_ppm is_optional "
    "alternative"
)
OF_THE_WHOLE = ("title", "intro", "starts_on", "ends_on", "valid_until", "terms", "discount_ppm", "net_minor")


@dataclass(frozen=True, slots=True)
class OneQuote:
    """All that the firm's people see of a quote; `family` are its versions, the newest first."""

    quote: Quote
    account: Account
    lines: tuple[QuoteLine, ...]
    contacts: tuple[ContactRow, ...]
    family: tuple[Quote, ...]
    questions: tuple[QuoteQuestion, ...]
    signatures: tuple[Signature, ...]
    scope: Sow | None


def one_quote(session: Session, actor: Actor, quote_id: int) -> OneQuote:
    """The quote, or `NotFound` outside the actor's sight."""
    require(actor, "accounts.read")
    require(actor, "quotes.read")
    quote = fetch(session, actor, Quote, quote_id)
    family = session.exec(
        select(Quote)
        .where(Quote.root_id == quote.root_id, visible(actor, Quote))
        .order_by(col(Quote.number_of_version).desc())
    ).all()
    asked = session.exec(
        select(QuoteQuestion)
        .where(col(QuoteQuestion.quote_id).in_([one.id for one in family]), visible(actor, QuoteQuestion))
        .order_by(col(QuoteQuestion.id))
    ).all()
    scope = session.exec(select(Sow).where(Sow.quote_id == quote_id, visible(actor, Sow))).first()
    return OneQuote(
        quote,
        fetch(session, actor, Account, quote.account_id),
        tuple(lines_of(session, quote_id)),
        contacts_of(session, actor, quote.account_id),
        tuple(family),
        tuple(asked),
        tuple(signatures_of_quote(session, quote)),
        scope,
    )


def compared(session: Session, actor: Actor, old_id: int, new_id: int) -> tuple[quotes.Change, ...]:
    """How the lines of two versions of one quote differ, and then what is said of the whole. `NotFound` for
    versions of two quotes."""
    old, new = fetch(session, actor, Quote, old_id), fetch(session, actor, Quote, new_id)
    roles = {role.id: role.name for role in session.exec(select(Role)).all()}
    if old.root_id != new.root_id:
        raise NotFound()
    before, after = (
        [_words(line, roles) for line in lines_of(session, int(one.id or 0))] for one in (old, new)
    )
    heads = [{"title": "The whole quote"} | _head(one) for one in (old, new)]
    return (*quotes.compare(before, after), *quotes.compare(heads[:1], heads[1:]))


def _head(quote: Quote) -> dict[str, Any]:
    """`title` names a line in a comparison: that of the quote is its `name`."""
    return {"name" if name == "title" else name: getattr(quote, name) for name in OF_THE_WHOLE}


def _words(line: QuoteLine, roles: dict[int | None, str]) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in COMPARED.split() if name != "role"}
    return values | {"role": roles.get(line.role_id, "")}


def role_costs(session: Session, actor: Actor, currency: str, day: date) -> dict[int, int]:
    """What an hour of each role costs the firm by its standard, in `currency`; roles without one are left
    out, and all of them when the currency has no rate. Never a person's own cost."""
    require(actor, "projects.margin")
    rates = exchange(session)
    rate = rates.rate(currency, day)
    if rate is None:
        return {}
    costs = {int(one.id or 0): one.standard_cost_minor for one in session.exec(select(Role)).all()}
    back = money.divide(money.NANO * money.NANO, rate)
    return {
        role_id: cost if currency == rates.base else money.convert(cost, back, rates.base, currency)
        for role_id, cost in costs.items()
        if cost
    }


@dataclass(frozen=True, slots=True)
class Choices:
    """What the editor offers: catalogue, taxes (id, name, kind, millionths), opportunities (id, title)."""

    items: tuple[ServiceItem, ...]
    taxes: tuple[tuple[int, str, str, int], ...]
    opportunities: tuple[tuple[int, str], ...]
    rounding: str


def choices(session: Session, actor: Actor, account_id: int) -> Choices:
    """The catalogue in use, the taxes in use, and the client's opportunities."""
    require(actor, "quotes.change")
    items: Sequence[ServiceItem] = ()
    if may(actor, "catalogue.read"):
        items = session.exec(
            select(ServiceItem)
            .where(~col(ServiceItem.is_archived), visible(actor, ServiceItem))
            .order_by(ServiceItem.name)
        ).all()
    taxes = session.exec(select(TaxRate).where(col(TaxRate.is_active)).order_by(TaxRate.name)).all()
    chances = session.exec(
        select(Opportunity)
        .where(Opportunity.account_id == account_id, visible(actor, Opportunity))
        .order_by(col(Opportunity.id).desc())
        .limit(50)
    ).all()
    return Choices(
        tuple(items),
        tuple((int(tax.id or 0), tax.name, tax.kind, tax.rate_ppm) for tax in taxes),
        tuple((int(one.id or 0), one.title) for one in chances),
        session.exec(select(Firm.tax_rounding)).one(),
    )


def approving(contacts: Collection[ContactRow]) -> bool:
    """Whether somebody there may accept."""
    return any(one.is_approver for one in contacts)
