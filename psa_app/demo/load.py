"""Loads the demo firm, week by week, with the clock moved to each moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.demo import world
from psa_app.demo.bank import take_statements_of_the_demo
from psa_app.demo.cards import Cards
from psa_app.demo.changes import write_changes
from psa_app.demo.client_time import ask_and_answer
from psa_app.demo.clients import know_clients
from psa_app.demo.contracts import draft_relaunch, sign_care
from psa_app.demo.expenses import spend_week
from psa_app.demo.months import ask_deposits, bill_month, leave_a_draft, take_payments
from psa_app.demo.order import in_order
from psa_app.demo.pipeline import make_pipeline
from psa_app.demo.quotes import write_quotes
from psa_app.demo.rates import set_rate_cards
from psa_app.demo.receivables import remind_late_payers
from psa_app.demo.retainers import CLIENT, Care, begins, close_care, log_care, sell_care
from psa_app.demo.scopes import Running, accept_due, sell
from psa_app.demo.set_up import (
    ask_for_leave,
    set_up_clients,
    set_up_firm,
    set_up_internal,
    set_up_people,
)
from psa_app.demo.templates import keep_templates
from psa_app.demo.today import leave_open
from psa_app.demo.weeks import decide, hand_in, log_week
from psa_app.models import Account, Firm, Mail, Outbox
from psa_app.services.projects.make import set_project_status
from psa_app.services.time.client_answer import note_accepted

ZONE = ZoneInfo("Europe/Vienna")
WEEKS = 61
SANDBOX = "sandbox.db"
Told = Callable[[str], None]


def load_demo(tell: Told = lambda _: None, sandbox: Path | None = None) -> bool:
    """Fills an empty database with the demo firm; False if there is a firm already.

    `tell` hears what is being made. All of it is committed at the end, or nothing. What the payment
    sandbox knows of it goes into the file `sandbox`, else where the program looks for it.
    """
    with reading() as session:
        if session.exec(select(Firm.id)).first() is not None:
            return False
    real_now = clock.now()
    today = real_now.astimezone(ZONE).date()
    try:
        with unit_of_work() as session:
            cards = _tell_story(session, today, real_now, tell)
            cards.till.keep(sandbox or settings().data / SANDBOX)
    finally:
        clock.set_source(None)
    return True


def _tell_story(session: Session, today: date, real_now: datetime, tell: Told) -> Cards:
    this_monday = today - timedelta(days=today.weekday())
    first = this_monday - timedelta(weeks=WEEKS - 1)
    _at(first - timedelta(days=6), 9)
    tell("people and clients")
    set_up_firm(session, first - timedelta(days=31), today)
    actors = set_up_people(session, first - timedelta(days=7))
    clients = set_up_clients(session, actors["Mara"])
    internal = set_up_internal(session, actors["Mara"])
    ask_for_leave(session, actors, first, today)
    running: list[Running] = []
    cards = Cards(session, actors["Felix"], clients, real_now)
    _at(first - timedelta(days=4), 9)
    sign_care(session, actors["Mara"], clients[min(clients)], first, today)
    care: Care | None = None
    for week in range(WEEKS):
        monday = first + timedelta(weeks=week)
        if week % 10 == 0:
            tell(f"week of {monday.isoformat()}")
        if care is None and monday + timedelta(days=7) > begins(today):
            _at(begins(today) - timedelta(days=3), 10)
            care = sell_care(session, actors, clients[CLIENT], today)
        _week(session, actors, clients, internal, running, care, cards, monday, week, today)
    cards.end()
    clock.set_source(lambda: real_now)
    tell("quotes")
    write_quotes(session, actors["Mara"], clients, today)
    leave_open(session, actors, clients, running, today)
    tell("rate cards")
    set_rate_cards(session, actors["Felix"], actors, clients, today)
    tell("the pipeline")
    make_pipeline(session, actors, real_now)
    tell("what was said")
    know_clients(session, actors, real_now)
    tell("change orders")
    clock.set_source(lambda: real_now)
    write_changes(session, actors, clients, running, today)
    tell("templates")
    keep_templates(session, actors, clients, running, today)
    clock.set_source(lambda: real_now)
    draft_relaunch(session, actors["Mara"], clients["Northwind"], today)
    clock.set_source(lambda: real_now)
    take_statements_of_the_demo(session, actors["Felix"], today)
    remind_late_payers(session, actors["Felix"], today)
    leave_a_draft(session, actors["Felix"], clients, today)
    _quiet_old_mail(session, real_now)
    note_accepted(session)
    in_order(session)
    return cards


def _week(
    session: Session,
    actors: dict[str, Actor],
    clients: dict[str, tuple[Account, Actor]],
    internal: dict[str, int],
    running: list[Running],
    care: Care | None,
    cards: Cards,
    monday: date,
    week: int,
    today: date,
) -> None:
    for scope in world.SCOPES:
        if scope.begins == week:
            _at(monday - timedelta(days=4), 10)
            running.append(sell(session, scope, actors, clients[scope.client], monday))
    is_last, is_present = (
        monday + timedelta(days=7) > today - timedelta(days=7),
        monday + timedelta(days=7) > today,
    )
    for one in running:
        _at(min(monday + timedelta(days=1), today), 10)
        accept_due(session, one, week, actors, clients[one.scope.client][1])
        if week == one.scope.ends + 2:
            set_project_status(session, actors[one.scope.lead], one.project_id, status="closed")
    _at(min(monday + timedelta(days=4), today), 17)
    until = min(today, monday + timedelta(days=7))
    log_week(session, actors, running, internal, monday, until)
    if care is not None:
        log_care(session, actors, care, monday, until)
    spend_week(session, actors, running, monday, today)
    if is_present:
        return
    hand_in(session, actors, monday, but=("Omar",) if is_last else ())
    if not is_last:
        _at(monday + timedelta(days=7), 9)
        decide(session, actors, running, monday)
        is_open = monday + timedelta(days=14) > today - timedelta(days=7)
        ask_and_answer(session, actors, clients, running, week, is_open=is_open)
        _bill(session, actors["Felix"], clients, cards, monday + timedelta(days=7), today)


def _bill(
    session: Session,
    finance: Actor,
    clients: dict[str, tuple[Account, Actor]],
    cards: Cards,
    monday: date,
    today: date,
) -> None:
    """On the first Monday after a month's end the month is billed; payments are booked every week."""
    if monday.day <= 7 and monday <= today:
        _at(monday, 11)
        close_care(session, finance)
        ask_deposits(session, finance)
        bill_month(session, finance, clients, monday.replace(day=1) - timedelta(days=1))
    wednesday = min(monday + timedelta(days=2), today)
    _at(wednesday, 14)
    abroad = today - timedelta(days=40)
    take_payments(session, finance, wednesday, but=cards.takes, kept_since=abroad)
    cards.week(wednesday)


def _at(day: date, hour: int) -> None:
    instant = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
    clock.set_source(lambda: instant)


def _quiet_old_mail(session: Session, real_now: datetime) -> None:
    """The story's old mails were sent long ago; only those of the last days still lie in the outbox."""
    session.connection().execute(
        update(Outbox)
        .where(col(Outbox.created_at) < real_now - timedelta(days=4))
        .values(done_at=col(Outbox.created_at), tries=1)
    )
    session.connection().execute(
        update(Mail).where(col(Mail.at) < real_now - timedelta(days=4)).values(done_at=col(Mail.at))
    )
