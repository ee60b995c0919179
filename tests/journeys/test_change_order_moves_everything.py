"""A signed change order moves caps, plan, rates, milestones, dates and what is billed, all at once."""

from datetime import date, timedelta
from typing import Any

import pytest

from psa_app.access import Actor
from psa_app.errors import Conflict, Invalid, NotFound
from psa_app.models import (
    Booking,
    ChangeOrder,
    FeePart,
    Milestone,
    Outbox,
    Phase,
    Project,
    ProjectMilestone,
    Rate,
    Sow,
    SowLine,
    Task,
)
from psa_app.queries.contracts.effect import effect_of
from psa_app.queries.contracts.listing import scope_page
from psa_app.queries.contracts.orders import changes_of
from psa_app.queries.portal.change_order import order_to_read
from psa_app.queries.portal.project import project_to_read
from psa_app.rules.deltas import (
    AddFee,
    AddFixed,
    CapTo,
    Delta,
    EndOn,
    FeeShare,
    HoursTo,
    MovePart,
    RateTo,
    StartOn,
    write_deltas,
)
from psa_app.services.contracts.change_orders import (
    accept_change_order,
    change_change_order,
    draft_change_order,
    send_change_order,
    take_back_change_order,
)
from psa_app.services.contracts.order_questions import answer_about_change, ask_about_change
from psa_app.services.contracts.papers import change_order_pdf, read_change_order_pdf
from psa_app.services.evidence import head
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.planning.book import create_booking
from psa_app.state.contracts.change_order_words import about_plan
from tests.support.world import FRI, MON, THU, TUE, WED, World, ask, do, past, row, rows

pytestmark = pytest.mark.journey
FROM = date(2026, 11, 18)  # Wednesday
STARTS, ENDS = date(2026, 11, 30), date(2026, 12, 4)


def test_a_change_order_moves_everything(world: World) -> None:
    sow_id = world.sows["Northwind"]
    cap_it(world)
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Build", THU, 120)
    order = draft(world)
    before_and_after(world, sow_id, order)
    link = send(world, order)
    the_client_asks(world, order, link)
    seal = ask(head)
    sign(order, link)
    assert ask(head) != seal
    everything_has_moved(world, sow_id)
    with pytest.raises(Conflict, match="already been accepted"):
        sign(order, link)
    bill_what_is_agreed(world)
    the_plan_follows(world, sow_id)


def cap_it(world: World) -> None:
    """The contract begins with a cap of 300.00: 2:30 h of Ann at 120.00."""
    order = drafted(world, [CapTo(world.lines["Engineering"], 30_000)], MON)
    sign(order, send(world, order))
    assert worth(world) == 530_000


def deltas(world: World) -> list[Delta]:
    engineering, launch = world.lines["Engineering"], world.lines["Launch"]
    return [
        CapTo(engineering, 100_000),
        HoursTo(engineering, 3000),
        RateTo(engineering, world.roles["Engineer"], 15_000),
        MovePart(world.milestones["Release"], 250_000, date(2027, 1, 15)),
        AddFee(launch, 100_001, (FeeShare(FRI, 333_333), FeeShare(date(2026, 12, 18), 666_667)), "Extra"),
        AddFixed("Training", 80_000, date(2026, 12, 1), 600),
        StartOn(date(2025, 12, 1)),
        EndOn(date(2027, 2, 28)),
    ]


def draft(world: World) -> int:
    with pytest.raises(Invalid, match="Time is logged from"):
        drafted(world, [StartOn(FRI)], FRI)
    with pytest.raises(Invalid, match="add up to 90 %"):
        drafted(world, [AddFee(world.lines["Launch"], 100, (FeeShare(FRI, 900_000),))], FROM)
    with pytest.raises(Invalid, match="begins on 1 Jan 2026"):
        drafted(world, [HoursTo(world.lines["Engineering"], 60)], date(2025, 6, 1))
    with pytest.raises(Invalid, match="has no value"):
        drafted(world, [MovePart(world.milestones["Release"], 0)], FROM)
    assert len(rows(ChangeOrder)) == 1
    return drafted(world, deltas(world), FROM)


def drafted(world: World, given: list[Delta], day: date) -> int:
    stored = write_deltas(given)
    sow_id = world.sows["Northwind"]
    made = do(
        draft_change_order,
        world["Lea"],
        sow_id,
        title="More",
        effective_on=day,
        deltas=stored,
        reason="Asked.",
    )
    return int(made.id)


def before_and_after(world: World, sow_id: int, order: int) -> None:
    """Owner, lead and another client's eyes: each sees the effect that is theirs."""
    with pytest.raises(NotFound):
        ask(order_to_read, world["Nina"], order)

    def effect(session: Any, who: Actor) -> Any:
        return effect_of(session, who, session.get_one(Sow, sow_id), tuple(deltas(world)), FROM)

    owner, lead = ask(effect, world["Olga"]), ask(effect, world["Lea"])
    assert (owner.before.value, owner.after.value) == (530_000, 830_001)
    assert (owner.before.cap, owner.after.cap, owner.after.minutes) == (30_000, 100_000, 3600)
    assert owner.after.ends_on == date(2027, 2, 28)
    assert owner.after.backlog - owner.before.backlog == 300_001
    assert (owner.shows_margin, owner.at_standard) == (True, False)
    assert (lead.shows_margin, lead.at_standard) == (True, True)  # 50.00 by standard, 55.55 are hers
    assert lead.after.margin > owner.after.margin


def send(world: World, order: int) -> Actor:
    """Sends it; who holds the link in the mail."""
    do(send_change_order, world["Olga"], order)
    (mail,) = [one for one in rows(Outbox) if f"change-sent-{order}-" in one.key]
    assert f'"change_order_pdf": {order}' in mail.payload
    token = mail.payload.split("/open/")[1].split('"')[0]
    assert change_order_pdf(order)[1].startswith(b"%PDF")
    actor: Actor = ask(open_portal_link, token, "203.0.113.9", "Firefox").actor
    return actor


def the_client_asks(world: World, order: int, link: Actor) -> None:
    question = do(ask_about_change, link, order, text="Why so much?")
    do(answer_about_change, world["Lea"], order, question_id=int(question.id), text="Two more sources.")
    found = ask(order_to_read, link, order)
    assert [one.answer for one in found.questions] == ["Two more sources."]
    assert ("Contract value", "€5,300.00", "€8,300.01") in found.effect
    with pytest.raises(NotFound):
        ask(order_to_read, world["Karl"], order)
    with pytest.raises(NotFound):
        read_change_order_pdf(world["Karl"], order)
    assert read_change_order_pdf(link, order)[0] == "CO-001-02.pdf"
    with pytest.raises(NotFound):
        do(ask_about_change, world["Karl"], order, text="Mine?")


def sign(order: int, link: Actor) -> None:
    text_hash = row(ChangeOrder, order).text_hash
    do(accept_change_order, link, order, text_hash=text_hash, name="Nina Client", title="CTO", agrees=True)


def worth(world: World) -> int:
    """The contract's value, which the list, the scope's page and the project say alike."""
    found: int = ask(changes_of, world["Olga"], world.sows["Northwind"]).value
    (listed,) = [one for one in ask(scope_page, world["Olga"]).rows if one.id == world.sows["Northwind"]]
    assert listed.value == found
    assert row(Project, world.projects["Checkout"]).budget_minor == found
    return found


def everything_has_moved(world: World, sow_id: int) -> None:
    engineering, launch = world.lines["Engineering"], world.lines["Launch"]
    project, sow = row(Project, world.projects["Checkout"]), row(Sow, sow_id)
    assert worth(world) == 830_001
    assert (row(SowLine, engineering).cap_minor, row(SowLine, launch).value_minor) == (100_000, 650_001)
    assert (project.starts_on, project.ends_on) == (sow.starts_on, sow.ends_on)
    assert (sow.starts_on, sow.ends_on) == (date(2025, 12, 1), date(2027, 2, 28))
    assert project.budget_minutes == 3600
    (training,) = rows(SowLine, sow_id=sow_id, title="Training")
    assert [one.budget_minutes for one in rows(Task, sow_line_id=training.id)] == [600]
    parts = [(one.title, one.value_minor) for one in rows(Milestone, sow_line_id=launch)]
    assert parts == [("Prototype", 300_000), ("Release", 250_000), ("Extra", 33_334), ("Extra", 66_667)]
    assert rows(FeePart) == []
    prices = [
        (one.amount_minor, one.valid_from, one.valid_to)
        for one in rows(Rate, sow_line_id=engineering, role_id=world.roles["Engineer"])
    ]
    assert prices == [(12_000, date(2025, 12, 1), TUE), (15_000, FROM, None)]
    changes = ask(changes_of, world["Olga"], sow_id)
    assert (changes.value, [one.by for one in changes.rows]) == (830_001, [300_001, 30_000])


def bill_what_is_agreed(world: World) -> None:
    """What was approved before keeps its price (3 h at 120.00); what comes has the new one."""
    world.worked("Ann", "Build", FRI, 60)
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=date(2026, 11, 23))
    assert made.net_minor == 36_000 + 15_000
    with pytest.raises(Invalid, match=r"€510\.00 is already billed"):
        drafted(world, [CapTo(world.lines["Engineering"], 50_000)], WED)


def the_plan_follows(world: World, sow_id: int) -> None:
    """A later end leaves the plan; an earlier one cuts it, as was told before; the lead gets a mail."""
    week = date(2027, 1, 4), date(2027, 1, 8)
    percent = booked(world, "Ann", *week)
    total = booked(world, "Ben", *week, mode="total", total_minutes=2400)
    gone = booked(world, "Ben", date(2027, 1, 11), date(2027, 1, 12))
    longer = drafted(world, [EndOn(date(2027, 3, 31))], FROM)
    sign(longer, send(world, longer))
    assert [(one.id, one.ends_on) for one in rows(Booking)] == [
        (percent, week[1]),
        (total, week[1]),
        (gone, date(2027, 1, 12)),
    ]

    tuesday = date(2027, 1, 5)
    shorter = [EndOn(tuesday)]

    def effect(session: Any, who: Actor) -> Any:
        return effect_of(session, who, session.get_one(Sow, sow_id), tuple(shorter), FROM)

    told = [(one.who, one.lost) for one in ask(effect, world["Lea"]).bookings]
    assert told == [("Ann Test", 3 * 480), ("Ben Test", 3 * 480), ("Ben Test", 2 * 480)]
    order = drafted(world, shorter, FROM)
    link = send(world, order)
    assert row(Booking, percent).ends_on == week[1]
    sign(order, link)
    assert [(one.id, one.starts_on, one.ends_on, one.total_minutes) for one in rows(Booking)] == [
        (percent, week[0], tuesday, 0),
        (total, week[0], tuesday, 960),
    ]
    assert (past("booking", percent), past("booking", gone)) == (
        ["created", "changed"],
        ["created", "deleted"],
    )
    (mail,) = [one for one in rows(Outbox) if one.key.startswith("bookings-moved-")]
    assert "lea@" in mail.payload
    assert "24:00 h fall away" in mail.payload
    drafted(world, [EndOn(week[1])], FROM)
    project = ask(project_to_read, world["Nina"], world.projects["Checkout"])
    assert [(one.number, one.status) for one in project.orders] == [
        (f"CO-001-0{place}", "signed") for place in (4, 3, 2, 1)
    ]


def booked(world: World, who: str, first: date, last: date, **more: Any) -> int:
    made = do(
        create_booking,
        world["Lea"],
        project_id=world.projects["Checkout"],
        person_id=world.people[who],
        starts_on=first,
        ends_on=last,
        **more,
    )
    return int(made.id)


def test_a_project_that_moves_as_a_whole_takes_its_plan_along(world: World) -> None:
    from psa_app import db

    sow_id, by = world.sows["Northwind"], timedelta(days=14)
    with db.unit_of_work() as session:
        sow, project = session.get_one(Sow, sow_id), session.get_one(Project, world.projects["Checkout"])
        sow.ends_on = project.ends_on = date(2026, 12, 31)
        project.starts_on = sow.starts_on
        session.add(Phase(project_id=int(project.id or 0), name="Over", starts_on=MON, ends_on=FRI))
        session.add(Phase(project_id=int(project.id or 0), name="Under way", starts_on=MON, ends_on=ENDS))
        session.add(ProjectMilestone(project_id=int(project.id or 0), name="Go-live", due_on=ENDS))
        task = session.get_one(Task, world.tasks["Build"])
        task.starts_on, task.due_on = STARTS, ENDS
    over = booked(world, "Ann", MON, FRI)
    ahead = booked(world, "Ann", STARTS, ENDS)
    sow = row(Sow, sow_id)
    deltas = [EndOn(sow.ends_on + by), StartOn(sow.starts_on + by)]
    told = ask(lambda s, a: effect_of(s, a, s.get_one(Sow, sow_id), tuple(deltas), FROM), world["Lea"])
    assert about_plan(told) == (
        "1 booking (Ann Test), 1 phase, 1 task and 1 milestone move 14 days later when the client signs. "
        "The project’s lead gets a mail."
    )
    order = drafted(world, deltas, FROM)
    sign(order, send(world, order))
    days = {one.id: (one.starts_on, one.ends_on) for one in rows(Booking)}
    later = date(2026, 12, 18)
    assert days == {over: (MON, FRI), ahead: (date(2026, 12, 14), later)}
    phases = [(one.starts_on, one.ends_on) for one in rows(Phase)]
    assert phases == [(MON, FRI), (MON, later)]
    build = row(Task, world.tasks["Build"])
    assert (build.starts_on, build.due_on) == (date(2026, 12, 14), later)
    assert [one.due_on for one in rows(ProjectMilestone)] == [later]
    assert past("task", int(build.id or 0))[-1] == "changed"
    (mail,) = [one for one in rows(Outbox) if one.key.startswith("bookings-moved-")]
    assert "Go-live, due 4 Dec 2026: now due 18 Dec 2026" in mail.payload


def test_another_estimate_moves_the_budget_of_project_and_task(world: World) -> None:
    engineering, project_id = world.lines["Engineering"], world.projects["Checkout"]
    before, estimate = row(Project, project_id).budget_minutes, row(SowLine, engineering).estimate_minutes
    task = rows(Task, sow_line_id=engineering)[0]
    order = drafted(world, [HoursTo(engineering, estimate + 600)], FROM)
    sign(order, send(world, order))
    assert row(Project, project_id).budget_minutes == before + 600
    assert row(Task, task.id).budget_minutes == task.budget_minutes + 600


def test_a_link_ends_and_a_signed_order_stays_as_it_is(world: World) -> None:
    order = drafted(world, [HoursTo(world.lines["Engineering"], 60)], FROM)
    link = send(world, order)
    do(take_back_change_order, world["Olga"], order)
    (mail,) = [one for one in rows(Outbox) if "change-sent-" in one.key]
    token = mail.payload.split("/open/")[1].split('"')[0]
    with pytest.raises(NotFound, match="expired or was withdrawn"):
        ask(open_portal_link, token)
    do(send_change_order, world["Olga"], order)
    sign(order, link)
    signed = row(ChangeOrder, order)
    with pytest.raises(Conflict, match="only a draft can be changed"):
        do(
            change_change_order,
            world["Olga"],
            order,
            version=signed.version,
            title="Less",
            effective_on=FROM,
            deltas=signed.deltas,
        )


def test_a_shared_fee_keeps_its_parts_when_it_grows(world: World) -> None:
    """Half and half of 5,000.00; 1,000.00 more is due on a day of its own."""
    from psa_app import db

    launch = world.lines["Launch"]
    with db.unit_of_work() as session:
        for place, share in enumerate((500_000, 500_000), 1):
            session.add(FeePart(sow_line_id=launch, position=place, due_on=FRI, share_ppm=share))
    order = drafted(world, [AddFee(launch, 100_000, (FeeShare(FRI, 1_000_000),))], FROM)
    sign(order, send(world, order))
    parts = [(one.value_minor, one.share_ppm) for one in rows(FeePart, sow_line_id=launch)]
    assert parts == [(250_000, None), (250_000, None), (100_000, None)]
    assert row(SowLine, launch).value_minor == 600_000
