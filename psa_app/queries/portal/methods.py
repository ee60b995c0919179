"""A client's saved ways to pay and when invoices are collected from them."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.models import Autopay, Firm, SavedMethod
from psa_app.queries.invoices.mode import takes_test_money


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One way to pay; month and year are 0 for what does not expire. `other_mode`: it cannot be charged."""

    id: int
    kind: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    is_default: bool
    other_mode: bool


@dataclass(frozen=True, slots=True)
class WaysToPay:
    """What the client's page shows. `is_offered` is False where the firm is paid by transfer only."""

    rows: tuple[MethodRow, ...]
    collects: str
    consent: str
    is_offered: bool
    account_id: int


def consent_text(firm_name: str) -> str:
    """What a client agrees to when they save a way to pay; kept with it word for word."""
    return (
        f"I allow {firm_name} to collect the amounts of our invoices from the card or bank account that I "
        "save on the next page, as agreed in our contracts, and I am told of each by mail. I can remove it "
        "here at any time."
    )


def ways_to_pay(session: Session, actor: Actor) -> WaysToPay:
    """The signed-in client's own."""
    require(actor, "payments.read")
    firm = session.exec(select(Firm)).one()
    is_live = not takes_test_money(firm)
    found = session.exec(
        select(SavedMethod)
        .where(visible(actor, SavedMethod), SavedMethod.status == "active")
        .order_by(col(SavedMethod.id))
    ).all()
    rows = tuple(
        MethodRow(
            int(one.id or 0),
            one.kind,
            one.brand,
            one.last4,
            one.exp_month,
            one.exp_year,
            one.is_default,
            one.livemode != is_live or one.provider != firm.payment_provider,
        )
        for one in found
    )
    own = select(Autopay.collects).where(visible(actor, Autopay), col(Autopay.sow_id).is_(None))
    return WaysToPay(
        rows,
        session.exec(own).first() or "off",
        consent_text(firm.name),
        firm.payment_provider != "manual",
        actor.account_id or 0,
    )
