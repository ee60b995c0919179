"""Approved by the lead, asked, one refused, the others approved, corrected, left to silence, billed."""

from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import clock as app_clock
from psa_app.errors import Conflict
from psa_app.jobs.timetable import ask_clients, hear_silence
from psa_app.models import Outbox, SowLine, TimeEntry, TimeRequest
from psa_app.queries.conservation import conservation
from psa_app.queries.portal.time import open_requests
from psa_app.rules.buckets import Bucket
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.time.client_answer import approve_request, refuse_request
from psa_app.services.time.log import change_entry
from psa_app.services.time.submit import submit_week
from tests.support.world import FRI, MON, TUE, WED, World, ask, do, row

pytestmark = pytest.mark.journey


def test_time_is_billed_once_the_client_or_silence_approves(world: World, clock: Any) -> None:
    do(lambda session: says(session, world))
    first, second, third = (world.worked("Ann", "Build", day, 60, "Checkout") for day in (MON, TUE, WED))
    with pytest.raises(Conflict, match="waits for the client"):
        bill(world)
    ask_clients()
    opened = do(open_portal_link, do(mailed))
    do(refuse_request, opened.actor, opened.document_id, reason="Who asked for this?", entry_ids=(second,))
    do(approve_request, opened.actor, opened.document_id)
    assert bill(world) == 24_000
    back = row(TimeEntry, second)
    assert (back.status, back.reject_reason) == ("draft", "Who asked for this?")

    do(change_entry, world["Ann"], second, version=back.version, note="Asked for by Nina on Monday")
    do(submit_week, world["Ann"], week=back.week)
    world.approve(second)
    ask_clients()
    (again,) = ask(open_requests, world["Nina"], "Europe/Vienna")
    do(taken)
    hear_silence()
    clock.forward(days=5)
    hear_silence()
    with pytest.raises(Conflict):
        bill(world)
    assert unbilled(world) == 3600
    clock.forward(days=1)
    hear_silence()
    assert row(TimeRequest, again.id).status == "silent"
    assert bill(world) == 12_000
    assert unbilled(world) == 0
    assert all(row(TimeEntry, one).client_approved_at for one in (first, second, third))


def says(session: Any, world: World) -> None:
    """The scope asks for the client's approval; silence approves after five days."""
    line = session.get_one(SowLine, world.lines["Engineering"])
    line.approval, line.silence_days = "client", 5


def bill(world: World) -> int:
    return int(do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=FRI).net_minor)


def unbilled(world: World) -> int:
    lines = ask(conservation, world["Olga"], account_id=world.clients["Northwind"])
    assert not any(line.off for line in lines)
    return sum(line.buckets[Bucket.unbilled] for line in lines)


def mailed(session: Any) -> str:
    """The token in the one mail that asks."""
    import json

    mails = session.exec(select(Outbox).where(col(Outbox.key).startswith("time-request-"))).all()
    return str(json.loads(mails[-1].payload)["path"]).rsplit("/", 1)[-1]


def taken(session: Any) -> None:
    """The mail server takes what lies in the outbox."""
    for mail in session.exec(select(Outbox).where(col(Outbox.done_at).is_(None))).all():
        mail.done_at = app_clock.now()
