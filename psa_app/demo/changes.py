"""Change orders of the demo: one signed, one before the client, and what the app drafts by itself: for hours
beyond a cap, and for work that was marked as out of scope."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, system
from psa_app.demo.scopes import Running
from psa_app.models import Account, ChangeOrder, Sow, SowLine, TimeEntry
from psa_app.queries.contracts.extra_hours import scopes_to_look_at
from psa_app.rules.contract_value import TIME
from psa_app.rules.deltas import AddFixed, CapTo, Delta, EndOn, HoursTo, write_deltas
from psa_app.services.contracts.change_orders import (
    accept_change_order,
    draft_change_order,
    send_change_order,
)
from psa_app.services.contracts.order_questions import ask_about_change
from psa_app.services.contracts.propose import propose_change_orders
from psa_app.services.time.out_of_scope import mark_out_of_scope

ZONE = ZoneInfo("Europe/Vienna")
Client = tuple[Account, Actor]


def write_changes(
    session: Session,
    actors: dict[str, Actor],
    clients: dict[str, Client],
    running: list[Running],
    today: date,
) -> None:
    """Each at its own day; the clock is left as it was found."""
    now = clock.now()
    by_title = {one.scope.title: one for one in running}
    signed, sent = by_title["Data platform"], by_title["Checkout redesign"]
    try:
        _signed(session, actors["Mara"], clients[signed.scope.client], signed, today)
        _sent(session, actors["Mara"], clients[sent.scope.client], sent, today)
    finally:
        clock.set_source(lambda: now)
    _mark(session, actors["Mara"], sent)
    propose_change_orders(session, system(), scopes_to_look_at(session))


def _on(day: date, hour: int = 10) -> None:
    instant = datetime(day.year, day.month, day.day, hour, 40, tzinfo=ZONE)
    clock.set_source(lambda: instant)


def _signed(session: Session, owner: Actor, client: Client, one: Running, today: date) -> None:
    """More weeks and more hours, agreed two weeks ago."""
    line, day = _line(session, one), today - timedelta(days=16)
    until = (session.get_one(Sow, one.sow_id).ends_on or one.ends) + timedelta(days=28)
    more = 60 * 60
    deltas: list[Delta] = [HoursTo(line.id or 0, line.estimate_minutes + more), EndOn(until)]
    if line.cap_minor is not None:
        deltas.insert(0, CapTo(line.id or 0, line.cap_minor + 720_000))
    _on(day)
    order = _draft(
        session,
        owner,
        one,
        day,
        "Two more sources",
        deltas,
        "You asked for the tills and the loyalty cards to be read too. It takes four weeks longer.",
    )
    send_change_order(session, owner, int(order.id or 0))
    _on(day + timedelta(days=3), 15)
    accept_change_order(
        session,
        client[1],
        int(order.id or 0),
        text_hash=order.text_hash,
        name=client[1].name,
        title="Head of digital",
        agrees=True,
    )


def _sent(session: Session, owner: Actor, client: Client, one: Running, today: date) -> None:
    """A fixed piece on top, with a question of the client."""
    price = AddFixed("Training for your team", 280_000, today + timedelta(days=30), 20 * 60)
    _on(today - timedelta(days=3))
    order = _draft(
        session,
        owner,
        one,
        today,
        "Training for your team",
        [price],
        "Two days in your office for up to eight people, with a handbook.",
    )
    send_change_order(session, owner, int(order.id or 0))
    _on(today - timedelta(days=1), 14)
    ask_about_change(session, client[1], int(order.id or 0), text="Could one of the two days be online?")


def _mark(session: Session, owner: Actor, one: Running) -> None:
    """The last approved work of a scope was something else that the client asked for."""
    entry_id = session.exec(
        select(TimeEntry.id)
        .where(
            TimeEntry.project_id == one.project_id,
            TimeEntry.status == "approved",
            TimeEntry.person_id != owner.person_id,
            col(TimeEntry.no_charge_reason) == "",
        )
        .order_by(col(TimeEntry.work_date).desc(), col(TimeEntry.seconds).desc(), col(TimeEntry.id))
    ).first()
    if entry_id is not None:
        mark_out_of_scope(session, owner, entry_ids=(entry_id,))


def _draft(
    session: Session, owner: Actor, one: Running, day: date, title: str, deltas: list[Delta], reason: str
) -> ChangeOrder:
    return draft_change_order(
        session, owner, one.sow_id, title=title, effective_on=day, deltas=write_deltas(deltas), reason=reason
    )


def _line(session: Session, one: Running) -> SowLine:
    return session.exec(
        select(SowLine)
        .where(SowLine.sow_id == one.sow_id, SowLine.model == TIME)
        .order_by(col(SowLine.position))
    ).first() or SowLine(sow_id=one.sow_id, title="", model=TIME)
