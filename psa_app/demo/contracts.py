"""Contracts of the demo beside its projects: a retainer that renews soon, and a draft with all that a scope
can hold."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import Account, Role, Sow
from psa_app.rules.money import Money
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.files import add_file
from psa_app.services.contracts.inputs import (
    DeliverableInput,
    FeePartInput,
    Head,
    LineInput,
    MilestoneInput,
    RateInput,
)
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import create_sow

ZONE = ZoneInfo("Europe/Vienna")
Client = tuple[Account, Actor]
ASSUMPTIONS = (
    "Texts and pictures come from the client, two weeks before they are needed.\n"
    "One round of changes is in the price of each deliverable.\n"
    "Travel outside the city is billed as it comes."
)
NOTES = b"What we heard in the workshop\n\nThe search is used by two of three visitors; half find nothing.\n"


def write_contracts(session: Session, owner: Actor, clients: dict[str, Client], today: date) -> None:
    """Both of them, each at its own day; the clock is left as it was found."""
    now, names = clock.now(), sorted(clients)
    try:
        _care(session, owner, clients[names[0]], today)
        clock.set_source(lambda: now)
        _relaunch(session, owner, clients["Northwind"], today)
    finally:
        clock.set_source(lambda: now)


def _care(session: Session, owner: Actor, client: Client, today: date) -> None:
    """Signed eleven months ago: its notice is due within the month."""
    account, contact = client
    starts = date(today.year if today.month > 1 else today.year - 1, 1, 1)
    ends = starts.replace(year=starts.year + 1)
    lines = (
        _retainer(session, account),
        LineInput(
            "Hosting and certificates", "subscription", value=Money(18_000, account.currency), periods=12
        ),
    )
    head = Head(
        title="Care of the shop",
        starts_on=starts,
        ends_on=ends - timedelta(days=1),
        summary=f"We look after the shop of {account.name}: updates, small changes, and someone to call.",
        new_agreement="Framework agreement",
        assumptions="Hours that are not used in a month are not carried on.",
        renewal="automatic",
        renews_on=ends,
        notice_days=max((ends - today).days - 12, 0),
    )
    signed = starts - timedelta(days=12)
    _on(signed)
    sow = create_sow(session, owner, account_id=int(account.id or 0), head=head, lines=lines)
    sow_id = int(sow.id or 0)
    send_sow(session, owner, sow_id, title="Managing director")
    _on(signed + timedelta(days=2))
    accept_sow(
        session, contact, sow_id, text_hash=sow.text_hash, name=contact.name, title="Head of digital",
        agrees=True,
    )  # fmt: skip


def _retainer(session: Session, account: Account) -> LineInput:
    engineer = session.exec(select(Role.id).where(Role.name == "Engineer")).one()
    return LineInput(
        "Care and small changes",
        "retainer",
        "Up to sixteen hours each month, on working days from 8 to 18 h.",
        value=Money(190_000, account.currency),
        period_minutes=16 * 60,
        periods=12,
        rates=(RateInput(Money(12_500, account.currency), engineer),),
        approval="client",
        silence_days=5,
    )


def _relaunch(session: Session, owner: Actor, client: Client, today: date) -> Sow:
    """A draft that is nearly ready: a fee on dates, milestones, deliverables and a file."""
    account = client[0]
    starts = today + timedelta(days=14)
    fee = LineInput(
        "Concept and design", "fixed", "From the first sketch to the last screen.",
        value=Money(2_400_000, account.currency), estimate_minutes=180 * 60,
        fee_parts=(
            FeePartInput(starts, "At the start", share_ppm=300_000),
            FeePartInput(starts + timedelta(days=45), "Design shown", share_ppm=400_000),
            FeePartInput(starts + timedelta(days=100), "At the end", share_ppm=300_000),
        ),
    )  # fmt: skip
    built = LineInput(
        "Search that finds", "milestone", estimate_minutes=140 * 60,
        milestones=(
            MilestoneInput("Prototype", Money(600_000, account.currency), "Eight of ten people find it.",
                           starts + timedelta(days=40)),
            MilestoneInput("Live", Money(1_100_000, account.currency), "In use for two weeks.",
                           starts + timedelta(days=110)),
        ),
    )  # fmt: skip
    deliverables = (
        DeliverableInput("Screens", "All states, light and dark.", starts + timedelta(days=45)),
        DeliverableInput("Working search", "Answers within 200 ms.", starts + timedelta(days=110)),
        DeliverableInput("Handbook", "Twelve pages that your editors can work by."),
    )
    head = Head(
        title="Search and product pages",
        starts_on=starts,
        ends_on=starts + timedelta(days=120),
        summary="Visitors find what they look for, and see at once whether it fits.",
        new_agreement="Master services agreement",
        assumptions=ASSUMPTIONS,
    )
    sow = create_sow(
        session, owner, account_id=int(account.id or 0), head=head, lines=(fee, built),
        deliverables=deliverables,
    )  # fmt: skip
    add_file(session, owner, int(sow.id or 0), name="Workshop notes.txt", content=NOTES)
    return sow


def _on(day: date) -> None:
    instant = datetime(day.year, day.month, day.day, 10, 40, tzinfo=ZONE)
    clock.set_source(lambda: instant)
