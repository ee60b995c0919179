"""The story of a client, in pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from psa_app import db
from psa_app.access import system
from psa_app.errors import Forbidden, Invalid, NotFound
from psa_app.models import Contact
from psa_app.queries.clients.timeline import GROUPS, history_ids, timeline
from psa_app.resources import RESOURCES
from psa_app.services import history
from psa_app.services.clients.activities import log_activity
from psa_app.services.mails import About, promise_mail
from psa_app.services.records import create_record
from tests.support.world import TUE, World, ask, do, row

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def make(world: World, kind: str, /, **values: Any) -> int:
    return int(do(create_record, world["Fred"], RESOURCES[kind], values).id)


def story(world: World, who: str = "Olga", /, **how: Any) -> Any:
    return ask(timeline, world[who], world.clients["Northwind"], **how)


def test_everything_stands_in_one_list_the_newest_first(world: World) -> None:
    world.worked("Ann", "Build", TUE, 90)
    northwind = world.clients["Northwind"]
    do(
        log_activity,
        world["Lea"],
        account_id=northwind,
        kind="call",
        subject="Long ago",
        at=datetime(2026, 3, 1, 8, tzinfo=UTC),
    )
    found = story(world, limit=100)
    at = [event.at for event in found.events]
    assert at == sorted(at, reverse=True)
    assert found.events[-1].activity.subject == "Long ago"
    kinds = {event.kind for event in found.events}
    assert {"activity", "approval", "account", "contact", "sow", "project"} <= kinds
    approval = next(event for event in found.events if event.kind == "approval")
    assert (approval.seconds, approval.who) == (5400, "Olga Test")
    assert found.names["sow", world.sows["Northwind"]] == "SOW-001 Checkout"
    assert found.next_cursor == ""
    assert not any(event.record_id == world.sows["Kestrel"] and event.kind == "sow" for event in found.events)


def test_pages_hold_each_line_once_while_others_write(world: World, clock: Any) -> None:
    northwind = world.clients["Northwind"]
    for number in range(12):
        clock.forward(minutes=1)
        same = clock() - timedelta(days=number // 4)  # some at the very same time
        do(log_activity, world["Lea"], account_id=northwind, kind="note", subject=str(number), at=same)
    whole = [(event.kind, event.record_id, event.verb, event.at) for event in story(world, limit=100).events]
    seen, cursor = [], ""
    while True:
        page = story(world, limit=4, cursor=cursor)
        seen += [(event.kind, event.record_id, event.verb, event.at) for event in page.events]
        cursor = page.next_cursor
        if not cursor:
            break
        do(log_activity, world["Lea"], account_id=northwind, kind="note", subject="newer", at=clock())
    assert seen == whole


@pytest.mark.parametrize("group", GROUPS)
def test_a_view_holds_its_own_kinds(world: World, group: str) -> None:
    do(log_activity, world["Lea"], account_id=world.clients["Northwind"], kind="note", subject="x")
    own = {"activities": ("activity",), "approvals": ("approval",)}.get(group, GROUPS[group])
    events = story(world, group=group, limit=100).events
    assert {event.kind for event in events if event.mail is None} <= set(own)
    assert {event.mail is not None for event in events} <= {group == "mails"}


@pytest.mark.parametrize("wrong", ["x", "1~2~3", "~~~~", "~20261301T000000.0_1~", "9" * 40 + "~~x"])
def test_a_cursor_that_is_not_ours_is_refused(world: World, wrong: str) -> None:
    with pytest.raises(Invalid, match="Begin at its top"):
        story(world, cursor=wrong)
    with pytest.raises(Invalid):
        story(world, group="gossip")


def test_a_mail_of_the_app_stands_in_the_timeline_without_its_secret_link(world: World) -> None:
    contact = row(Contact, world["Nina"].contact_id)
    with db.unit_of_work() as session:
        for about, template, words in (
            ("quote", "quote_to_accept", {"number": "QUO-9", "title": "X", "total": "1", "valid_until": ""}),
            ("invoice", "invoice_issued", {"number": "INV-9", "amount": "1", "due": "", "order": ""}),
        ):
            told = {"firm": "Harbour", "reader": contact.name, **words}
            kept = About(about, 1, contact, "Olga Test")
            promise_mail(session, about, template, [contact.email], "/r?token=secret", told, about=kept)
    mails = [event.mail for event in story(world, "Fred", group="mails").events if event.mail]
    told = {mail.about: mail for mail in mails if mail.key in ("quote", "invoice")}
    assert set(told) == {"quote", "invoice"}
    assert "secret" not in told["quote"].text
    assert "private" not in told["quote"].text
    assert (told["quote"].sent_by, told["quote"].sent_to) == (
        "Olga Test",
        f"{contact.name} <{contact.email}>",
    )
    of_lead = {event.kind for event in story(world, "Lea", group="mails").events}
    assert "quote" in of_lead
    assert "invoice" not in of_lead


def test_a_lead_reads_no_invoices_and_others_nothing(world: World) -> None:
    with db.unit_of_work() as session:
        history.note(session, system(), "invoice", 1, "issued")
        history.note(session, system(), "payment", 1, "recorded")
    assert not {"invoice", "payment"} & {event.kind for event in story(world, "Lea", limit=100).events}
    for who in ("Ann", "Nina"):
        with pytest.raises(Forbidden):
            story(world, who)
    with pytest.raises(NotFound):
        ask(timeline, world["Olga"], 999_999)


@pytest.mark.parametrize("kind", [kind for kinds in GROUPS.values() for kind in kinds])
def test_the_story_is_read_by_its_index_alone(world: World, kind: str) -> None:
    """However long history is, only the account's own lines of it are looked at, and only in the index."""
    with db.reading() as session:
        connection = session.connection()
        statement = history_ids(kind, [1, 2], 1_000_000, 31).compile(
            connection, compile_kwargs={"literal_binds": True}
        )
        if db.is_sqlite(session):
            plan = [line[3] for line in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
            ours = [line for line in plan if " history " in line]
            assert ours == [
                "SEARCH history USING COVERING INDEX ix_history_record (kind=? AND record_id=? AND id<?)"
            ]
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
            plan = [line[0] for line in connection.execute(text(f"EXPLAIN {statement}"))]
            assert "ix_history_record on history" in " ".join(plan)
