"""Contracts of the demo beside its projects: a retainer that renews soon, a draft that holds all it can."""

from datetime import date, timedelta

from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.models import Account, Role, Sow
from psa_app.resources.contracts import AGREEMENTS
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
from psa_app.services.records import create_record

Client = tuple[Account, Actor]
ASSUMPTIONS = (
    "Texts and pictures come from the client, two weeks before they are needed.\n"
    "One round of changes is in the price of each deliverable.\n"
    "Travel outside the city is billed as it comes."
)
NOTES = b"What we heard in the workshop\n\nThe search is used by two of three visitors; half find nothing.\n"


def sign_care(session: Session, owner: Actor, client: Client, first: date, today: date) -> None:
    """A retainer signed at the story's first day, whose last day for a notice comes in twelve days."""
    account, contact = client
    starts, renews = first.replace(day=1), (today + timedelta(days=40)).replace(day=1)
    agreed = _agree(session, owner, account, "Framework agreement", "FA-14", starts, renews, 25)
    lines = (
        _retainer(session, account),
        LineInput("Hosting and certificates", "subscription", value=Money(18_000, account.currency)),
    )
    head = Head(
        title="Care of the shop",
        starts_on=starts,
        ends_on=renews - timedelta(days=1),
        summary=f"We look after the shop of {account.name}: updates, small changes, and someone to call.",
        agreement_id=agreed,
        assumptions="Hours that are not used in a month are not carried on.",
        renewal="automatic",
        renews_on=renews,
        notice_days=max((renews - today).days - 12, 0),
    )
    sow = create_sow(session, owner, account_id=int(account.id or 0), head=head, lines=lines)
    sow_id = int(sow.id or 0)
    send_sow(session, owner, sow_id, title="Managing director")
    accept_sow(
        session,
        contact,
        sow_id,
        text_hash=sow.text_hash,
        name=contact.name,
        title="Head of digital",
        agrees=True,
    )


def _agree(
    session: Session,
    owner: Actor,
    account: Account,
    title: str,
    number: str,
    signed: date,
    ends: date | None = None,
    notice_days: int = 0,
) -> int:
    """A governing agreement with a client; its id."""
    given = {
        "account_id": account.id,
        "title": title,
        "number": number,
        "signed_on": signed,
        "starts_on": signed,
        "ends_on": ends - timedelta(days=1) if ends else signed + timedelta(days=730),
        "notice_days": notice_days,
    }
    return int(create_record(session, owner, AGREEMENTS, given).id)


def _retainer(session: Session, account: Account) -> LineInput:
    engineer = session.exec(select(Role.id).where(Role.name == "Engineer")).one()
    return LineInput(
        "Care and small changes",
        "retainer",
        "Up to sixteen hours each month, on working days from 8 to 18 h.",
        value=Money(190_000, account.currency),
        period_minutes=16 * 60,
        rates=(RateInput(Money(12_500, account.currency), engineer),),
        approval="client",
        silence_days=5,
    )


def draft_relaunch(session: Session, owner: Actor, client: Client, today: date) -> Sow:
    """A draft that is nearly ready: a fee on dates, milestones, deliverables and a file."""
    account = client[0]
    starts = today + timedelta(days=14)
    fee = LineInput(
        "Concept and design",
        "fixed",
        "From the first sketch to the last screen.",
        value=Money(2_400_000, account.currency),
        estimate_minutes=180 * 60,
        fee_parts=(
            FeePartInput(starts, "At the start", share_ppm=300_000),
            FeePartInput(starts + timedelta(days=45), "Design shown", share_ppm=400_000),
            FeePartInput(starts + timedelta(days=100), "At the end", share_ppm=300_000),
        ),
    )
    built = LineInput(
        "Search that finds",
        "milestone",
        estimate_minutes=140 * 60,
        milestones=(
            MilestoneInput(
                "Prototype",
                Money(600_000, account.currency),
                "Eight of ten people find it.",
                starts + timedelta(days=40),
            ),
            MilestoneInput(
                "Live",
                Money(1_100_000, account.currency),
                "In use for two weeks.",
                starts + timedelta(days=110),
            ),
        ),
    )
    deliverables = (
        DeliverableInput("Screens", "All states, light and dark.", starts + timedelta(days=45)),
        DeliverableInput("Working search", "Answers within 200 ms.", starts + timedelta(days=110)),
        DeliverableInput("Handbook", "Twelve pages that your editors can work by."),
    )
    signed = (today - timedelta(days=200)).replace(day=1)
    agreed = _agree(session, owner, account, "Master services agreement", "MSA-2026-3", signed)
    head = Head(
        title="Search and product pages",
        starts_on=starts,
        ends_on=starts + timedelta(days=120),
        summary="Visitors find what they look for, and see at once whether it fits.",
        agreement_id=agreed,
        assumptions=ASSUMPTIONS,
    )
    sow = create_sow(
        session,
        owner,
        account_id=int(account.id or 0),
        head=head,
        lines=(fee, built),
        deliverables=deliverables,
    )
    add_file(session, owner, int(sow.id or 0), name="Workshop notes.txt", content=NOTES)
    return sow
