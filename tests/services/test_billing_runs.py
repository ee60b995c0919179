"""Billing runs: what they draft and issue, why something is missing, and that nothing is done twice."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from psa_app.jobs import apart
from psa_app.jobs import billing as job
from psa_app.models import BillingPart, BillingRun, Firm, Invoice, Outbox, Sow, TimeEntry, User
from psa_app.queries.invoices.runs import how_far, one_run, past_runs
from psa_app.services.firm.setup import change_firm
from psa_app.services.identity.users import deactivate_user
from psa_app.services.invoices import run_work
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.edit import change_draft
from psa_app.services.invoices.run_work import next_run, work_run
from psa_app.services.invoices.runs import begin_issue, begin_run, go_on_with, stop_run
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.till import many
from tests.support.world import FRI, MON, TUE, World, ask, do, make_world, past, row, rows

TODAY = date(2026, 11, 23)


world = prepared(make_world, only_sqlite=True)  # only two at once are another matter on PostgreSQL


def begin(world: World, who: str = "Fred", **inputs: Any) -> int:
    return int(do(begin_run, world[who], **({"until": TODAY} | inputs)).id)


def ran(world: World, **inputs: Any) -> Any:
    run_id = begin(world, **inputs)
    work_run(run_id)
    return ask(one_run, world["Fred"], run_id)


def told(run: Any) -> list[tuple[Any, ...]]:
    return [(one.client, one.state, one.currency, one.net) for one in run.parts]


def why(run: Any) -> list[str]:
    return [reason.code for part in run.parts for reason in part.reasons]


def both_worked(world: World) -> None:
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Advise", TUE, 30)


def test_a_run_drafts_for_each_client_once_and_a_dry_one_drafts_nothing(world: World) -> None:
    both_worked(world)
    look = ran(world, is_dry=True)
    assert told(look) == [("Kestrel", "would", "USD", 10_000), ("Northwind", "would", "EUR", 12_000)]
    assert (look.sums("would"), rows(Invoice)) == ({"EUR": 12_000, "USD": 10_000}, [])
    run = ran(world)
    assert told(run) == [("Kestrel", "drafted", "USD", 10_000), ("Northwind", "drafted", "EUR", 12_000)]
    assert {one.invoice_id: one.net for one in run.parts} == {one.id: one.net_minor for one in rows(Invoice)}
    again = ran(world)
    assert [(one.state, one.net) for one in again.parts] == [("nothing", 0), ("nothing", 0)]
    assert (why(again), len(rows(Invoice))) == (["drafted", "drafted"], 2)
    assert (past("billing_run", run.id), run.state) == (["begun", "ended"], "done")
    check_books()


def test_a_run_says_why_something_is_missing(sqlite_database: Any, clock: Any) -> None:
    world = make_world(cap=6_000)
    world.worked("Ann", "Build", MON, 60)
    world.log("Ann", "Build", TUE, 90)
    run = ran(world, account_id=world.clients["Northwind"])
    assert told(run) == [("Northwind", "drafted", "EUR", 6_000)]
    assert why(run) == ["over_cap", "unapproved"]
    sentences = [reason.sentence for reason in run.parts[0].reasons]
    assert sentences[1] == "1:30 h are not approved yet."
    assert why(ran(world, account_id=world.clients["Kestrel"])) == ["nothing"]


def test_a_run_asks_for_deposits_on_invoices_of_their_own(world: World) -> None:
    both_worked(world)
    with db.unit_of_work() as session:
        session.get_one(Sow, world.sows["Kestrel"]).deposit_minor = 50_000
    look = ran(world, is_dry=True)
    assert told(look)[:2] == [("Kestrel", "would", "USD", 50_000), ("Kestrel", "would", "USD", 10_000)]
    assert (why(look)[0], rows(Invoice)) == ("deposit", [])
    ran(world)
    assert sorted(one.net_minor for one in rows(Invoice)) == [10_000, 12_000, 50_000]
    ran(world)
    assert len(rows(Invoice)) == 3
    check_books()


def test_time_without_a_rate_stops_its_client_alone(world: World) -> None:
    both_worked(world)
    with_rate_taken_away(world)
    run = ran(world)
    assert [(one.client, one.state) for one in run.parts] == [
        ("Kestrel", "drafted"),
        ("Northwind", "refused"),
    ]
    assert why(run) == ["unpriced"]


def with_rate_taken_away(world: World) -> None:
    with db.unit_of_work() as session:
        of_project = select(TimeEntry).where(TimeEntry.project_id == world.projects["Checkout"])
        for entry in session.exec(of_project):
            entry.bill_rate_minor = None


def test_what_is_below_the_smallest_invoice_waits_and_says_so(world: World) -> None:
    least(world, 20_000)
    both_worked(world)
    run = ran(world)
    assert told(run) == [("Kestrel", "nothing", "USD", 10_000), ("Northwind", "nothing", "EUR", 12_000)]
    assert why(run) == ["minimum", "minimum"]  # the dollars at the last rate known
    assert "are below the smallest invoice of" in run.parts[1].reasons[0].sentence
    world.worked("Ann", "Build", FRI, 60)
    assert told(ran(world, account_id=world.clients["Northwind"])) == [
        ("Northwind", "drafted", "EUR", 24_000)
    ]


def least(world: World, amount: int) -> None:
    from dataclasses import fields

    from psa_app.services.firm.profile import Profile

    firm = rows(Firm)[0]
    now = {one.name: getattr(firm, one.name) for one in fields(Profile)}
    profile = Profile(**(now | {"minimum_invoice_minor": amount}))
    do(change_firm, world["Olga"], version=firm.version, profile=profile)


def test_a_run_is_stopped_and_gone_on_with(world: World) -> None:
    both_worked(world)
    run_id = begin(world)
    asked: list[bool] = []
    work_run(run_id, wanted=lambda: not asked and not asked.append(True))
    far = ask(how_far, world["Fred"], run_id)
    assert (far.done, far.total, far.is_open, next_run()) == (1, 2, True, run_id)
    do(stop_run, world["Fred"], run_id)
    assert next_run() == 0
    with pytest.raises(Conflict, match="has ended"):
        work_run(run_id)
    with pytest.raises(Conflict, match="ended already"):
        do(stop_run, world["Fred"], run_id)
    do(go_on_with, world["Fred"], run_id)
    work_run(run_id)
    assert [one.state for one in ask(one_run, world["Fred"], run_id).parts] == ["drafted", "drafted"]
    with pytest.raises(Conflict, match="stopped can be"):
        do(go_on_with, world["Fred"], run_id)
    assert [one.id for one in ask(past_runs, world["Fred"])] == [run_id]


def test_two_runs_at_once_draft_nothing_twice(own_database: Any, clock: Any) -> None:
    world = make_world()
    both_worked(world)
    runs = [begin(world), begin(world)]
    asked = iter((*runs, *runs))
    answers = many(4, lambda: work_run(next(asked)))
    assert {type(one) for one in answers} <= {BillingRun, Conflict}  # the run of the first had ended
    states = sorted(one.state for one in rows(BillingPart))
    assert (states, len(rows(Invoice))) == (["drafted", "drafted", "nothing", "nothing"], 2)
    check_books()


def test_a_run_of_someone_who_was_shut_out_ends(world: World) -> None:
    both_worked(world)
    run_id = begin(world)
    do(
        deactivate_user,
        world["Olga"],
        world["Fred"].user_id,
        version=row(User, world["Fred"].user_id).version,
    )
    work_run(run_id)
    run = row(BillingRun, run_id)
    assert (run.state, run.problem, rows(Invoice)) == ("failed", "Fred Test may not do this any more.", [])


def test_a_busy_database_leaves_a_part_to_the_next_try_and_five_tries_are_enough(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_worked(world)
    run_id = begin(world)

    def busy(*_: Any) -> None:
        raise Busy()

    with monkeypatch.context() as patch:
        patch.setattr(run_work, "bill_part", busy)
        for _ in range(5):
            with pytest.raises(Busy):
                work_run(run_id)
            assert next_run() == run_id
        work_run(run_id)
    assert (row(BillingRun, run_id).state, next_run()) == ("failed", 0)
    do(go_on_with, world["Fred"], run_id)
    work_run(run_id)
    assert row(BillingRun, run_id).state == "done"


def test_one_client_that_breaks_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_worked(world)
    real = run_work.bill_part

    def breaks(session: Any, actor: Any, run: Any, part: Any) -> None:
        real(session, actor, run, part)
        if part.account_id == world.clients["Kestrel"]:
            raise ZeroDivisionError

    monkeypatch.setattr(run_work, "bill_part", breaks)
    run = ran(world)
    assert [(one.client, one.state) for one in run.parts] == [
        ("Kestrel", "refused"),
        ("Northwind", "drafted"),
    ]
    assert len(rows(Invoice)) == 1


def test_the_worker_hands_a_run_to_a_program_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_worked(world)
    begun: list[list[str]] = []

    class Program:
        def __init__(self, words: list[str]) -> None:
            begun.append(words[3:])

        def wait(self, _: float) -> int:
            return 0

    monkeypatch.setattr(apart.subprocess, "Popen", Program)
    assert job.bill_next(lambda: True) == 0
    run_id = begin(world)
    assert (job.bill_next(lambda: True), begun) == (1, [["bill", "--run", str(run_id)]])


def test_many_drafts_are_issued_with_gapless_numbers_and_one_mail_each(world: World) -> None:
    both_worked(world)
    ran(world)
    world.worked("Ann", "Build", FRI, 60)
    ran(world)
    first, second, third = (int(one.id) for one in rows(Invoice))
    lacking = row(Invoice, first)
    do(
        change_draft,
        world["Fred"],
        first,
        version=lacking.version,
        service_from=None,
        service_to=None,
    )
    run_id = int(do(begin_issue, world["Fred"], invoice_ids=(third, first, second)).id)
    work_run(run_id)
    run = ask(one_run, world["Fred"], run_id)
    by_draft = {one.invoice_id: (one.state, one.number) for one in run.parts}
    refused = [one for one in run.parts if one.state == "refused"]
    assert by_draft[first] == ("refused", "")
    assert "service period" in refused[0].reasons[0].sentence
    assert [by_draft[second][1], by_draft[third][1]] == ["INV-2026-0001", "INV-2026-0002"]
    assert len([one for one in rows(Outbox) if one.key.startswith("invoice-issued-")]) == 2
    check_books()


def test_a_draft_that_is_gone_or_issued_meanwhile_is_named(world: World) -> None:
    from psa_app.services.invoices.issue import issue_invoice

    both_worked(world)
    ran(world)
    gone, issued = (int(one.id) for one in rows(Invoice))
    run_id = int(do(begin_issue, world["Fred"], invoice_ids=(gone, issued)).id)
    do(discard_draft, world["Fred"], gone)
    do(issue_invoice, world["Fred"], issued)
    work_run(run_id)
    parts = {
        one.account_id: (one.state, one.reasons[0].sentence)
        for one in ask(one_run, world["Fred"], run_id).parts
    }
    assert sorted(parts.values()) == [
        ("nothing", "It is INV-2026-0001 already."),
        ("refused", "This draft was discarded meanwhile."),
    ]


def test_wrong_input_is_told_and_begins_nothing(world: World) -> None:
    fred = world["Fred"]
    wrong: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
        (begin_run, {"until": date(1990, 1, 1)}, Invalid, "between 2000"),
        (begin_run, {"until": TODAY}, Conflict, "nobody to bill"),
        (begin_run, {"until": TODAY, "account_id": 999}, NotFound, "nothing here"),
        (begin_issue, {"invoice_ids": ()}, Invalid, "at least one"),
        (begin_issue, {"invoice_ids": tuple(range(1, 202))}, Invalid, "at most 200"),
        (begin_issue, {"invoice_ids": (999,)}, NotFound, "nothing here"),
        (begin_issue, {"invoice_ids": (1,), "issued_on": date(2026, 11, 24)}, Invalid, "in the future"),
    ]
    for service, inputs, kind, sentence in wrong:
        with pytest.raises(kind, match=sentence):
            do(service, fred, **inputs)
    assert rows(BillingRun) == []


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_bill(world: World, who: str) -> None:
    both_worked(world)
    draft = int(do(draft_invoice, world["Fred"], account_id=world.clients["Kestrel"], until=TODAY).id)
    run_id = begin(world)
    for service, positional, inputs in (
        (begin_run, (), {"until": TODAY}),
        (begin_issue, (), {"invoice_ids": (draft,)}),
        (stop_run, (run_id,), {}),
        (go_on_with, (run_id,), {}),
    ):
        with pytest.raises(Forbidden):
            do(service, world[who], *positional, **inputs)
    for query in (one_run, how_far):
        with pytest.raises(Forbidden):
            ask(query, world[who], run_id)
    with pytest.raises(Forbidden):
        ask(past_runs, world[who])
