"""Half a year of a project that mixes it all: a deposit, capped time, a fee by dates, a milestone, hosting,
expenses with a markup, on one invoice where they are due; money in parts, a credit note, billed once more."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.models import Invoice, InvoiceLine, Milestone, Task
from psa_app.queries.books.ledger import books
from psa_app.queries.invoices.deposits import client_deposits
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import FeePartInput, Head, LineInput, MilestoneInput, RateInput
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.deposits import ask_deposit, give_back_deposit, set_deposit
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.run_work import work_run
from psa_app.services.invoices.runs import begin_run
from psa_app.services.ops.verify import verify
from psa_app.services.payments.record import record_payment
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.projects.team import add_member
from tests.services.expense_world import category, spent
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import World, ask, do, make_world, rows, sign

pytestmark = pytest.mark.journey
START = date(2026, 12, 1)
HEAD = Head("Relaunch", START, date(2027, 5, 31), deposit_ppm=250_000)
world = prepared(make_world, only_sqlite=True)
Lines = list[tuple[str, int]]


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


LINES = (
    LineInput("Building", "time_and_materials", cap=eur(1_200_000), rates=(RateInput(eur(12_000)),)),
    LineInput(
        "Concept",
        "fixed",
        value=eur(600_000),
        fee_parts=(
            FeePartInput(date(2026, 12, 15), "First half", share_ppm=500_000),
            FeePartInput(date(2027, 2, 15), "Second half", share_ppm=500_000),
        ),
    ),
    LineInput("Opening", "fixed", milestones=(MilestoneInput("Go-live", eur(400_000)),)),
    LineInput("Hosting", "subscription", value=eur(30_000), periods=6),
)


def test_half_a_year_of_a_hybrid_project(world: World, clock: Any) -> None:
    at(clock, START)
    sow_id = begun(world)
    travel = category(markup_ppm=100_000)
    deposit = december(world, clock, travel)
    january(world, clock, deposit)
    february(world, clock, travel)
    march(world, clock)
    april(world, clock, sow_id)
    may(world, clock)


def begun(world: World) -> int:
    """The scope is worth 23,800.00, so its deposit is 5,950.00; signed, with a task for its time."""
    with db.unit_of_work() as session:
        sow_id = sign(session, world, "Northwind", "Nina", HEAD, LINES)
        project = make_project_from_sow(session, world["Lea"], sow_id, lead_id=world.people["Lea"])
        world.projects["Relaunch"] = int(project.id or 0)
        add_member(session, world["Lea"], int(project.id or 0), person_id=world.people["Ann"])
        for task in session.exec(select(Task).where(Task.project_id == project.id)):
            world.tasks[task.name] = int(task.id or 0)
        for milestone in session.exec(select(Milestone).where(Milestone.title == "Go-live")):
            world.milestones["Go-live"] = int(milestone.id or 0)
    return sow_id


def december(world: World, clock: Any, travel: int) -> Invoice:
    """A run asks for the deposit and the first month of hosting; half of the deposit comes by Christmas."""
    run = do(begin_run, world["Fred"], until=START)
    work_run(run.id)
    deposit, hosting = rows(Invoice)
    assert (lines(deposit), lines(hosting)) == ([("deposit", 595_000)], [("subscription", 30_000)])
    for one in (deposit, hosting):
        do(issue_invoice, world["Fred"], one.id)
    at(clock, date(2026, 12, 18))
    pay(world, deposit, 357_000)  # of 7,140.00 with tax
    worked(world, date(2026, 12, 14), 20)
    spent(world, 20_000, category_id=travel, project="Relaunch", day=date(2026, 12, 16))
    at(clock, date(2026, 12, 31))
    made = billed(world, date(2026, 12, 31))
    assert lines(made) == [
        ("time", 240_000),
        ("fee", 300_000),
        ("expense", 22_000),
        ("deposit_used", -297_500),
    ]
    assert (made.net_minor, made.total_minor) == (264_500, 317_400)
    month_end(deposits=595_000 - 297_500)
    return deposit


def january(world: World, clock: Any, deposit: Invoice) -> None:
    """The rest of the deposit comes. The invoice bills too much: its time and what it took off are credited,
    an entry is left out, and it is billed once more."""
    at(clock, date(2027, 1, 31))
    pay(world, deposit, 357_000)
    worked(world, date(2027, 1, 11), 40)
    made = billed(world, date(2027, 1, 31))
    assert lines(made) == [("subscription", 30_000), ("time", 480_000), ("deposit_used", -297_500)]
    time, used = (line_of(made, kind) for kind in ("time", "deposit_used"))
    again = (CreditLine(time, minutes=480, release=True), CreditLine(used, amount=eur(-96_000)))
    note = do(credit_invoice, world["Fred"], made.id, lines=again, reason="A day too much")
    assert (note.net_minor, note.total_minor) == (0, 0)
    assert left(world) == [(595_000, 96_000)]
    pay(world, made, 100_000)
    pay(world, made, made.total_minor - 100_000)
    month_end(deposits=96_000)


def february(world: World, clock: Any, travel: int) -> None:
    """The second half of the fee, the milestone, hosting, time and an expense on one invoice; the day that
    was credited comes back, and what is left of the deposit goes."""
    at(clock, date(2027, 2, 26))
    worked(world, date(2027, 2, 1), 24)
    spent(world, 5_000, category_id=travel, project="Relaunch", day=date(2027, 2, 3))
    world.accept("Go-live")
    draft = drafted(world, date(2027, 2, 28))
    assert lines(draft) == [
        ("subscription", 30_000),
        ("time", 384_000),
        ("milestone", 400_000),
        ("fee", 300_000),
        ("expense", 5_500),
        ("deposit_used", -96_000),
    ]
    do(set_deposit, world["Fred"], draft.id, amount=eur(0))
    assert (lines(draft)[-1], left(world)) == (("expense", 5_500), [(595_000, 96_000)])
    do(set_deposit, world["Fred"], draft.id)
    do(issue_invoice, world["Fred"], draft.id)
    assert left(world) == []
    month_end(deposits=0)


def march(world: World, clock: Any) -> None:
    """The cap of 12,000.00 is near: what lies beyond it is not billed."""
    at(clock, date(2027, 3, 31))
    worked(world, date(2027, 3, 1), 24)
    made = billed(world, date(2027, 3, 31))
    assert lines(made) == [("subscription", 30_000), ("time", 192_000)]
    month_end(deposits=0)


def april(world: World, clock: Any, sow_id: int) -> None:
    """Finance asks for an advance before the last two months of hosting, and it is paid in two parts."""
    at(clock, date(2027, 4, 1))
    asked: dict[str, Any] = {"sow_id": sow_id, "amount": eur(100_000), "text": "Advance for hosting"}
    draft = do(ask_deposit, world["Fred"], account_id=world.clients["Northwind"], **asked)
    advance = do(issue_invoice, world["Fred"], draft.id)
    pay(world, advance, 60_000)
    at(clock, date(2027, 4, 30))
    assert lines(billed(world, date(2027, 4, 30))) == [("subscription", 30_000), ("deposit_used", -30_000)]
    pay(world, advance, 60_000)
    month_end(deposits=70_000)


def may(world: World, clock: Any) -> None:
    """The last invoice is covered by the advance; the rest of it goes back to the client."""
    at(clock, date(2027, 5, 31))
    last = billed(world, date(2027, 5, 31))
    assert (lines(last), last.total_minor) == ([("subscription", 30_000), ("deposit_used", -30_000)], 0)
    advance = next(one for one in rows(Invoice) if lines(one) == [("deposit", 100_000)])
    note = do(give_back_deposit, world["Fred"], advance.id, reason="The project has ended")
    assert (note.net_minor, left(world)) == (40_000, [])
    month_end(deposits=0)


def at(clock: Any, day: date) -> None:
    clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def worked(world: World, day: date, hours: int) -> None:
    """Approved time, eight hours a day from a Monday on."""
    found = []
    for place in range(hours // 8 + bool(hours % 8)):
        weeks, weekday = divmod(place, 5)
        on = date.fromordinal(day.toordinal() + 7 * weeks + weekday)
        found.append(world.log("Ann", "Building", on, min(hours - 8 * place, 8) * 60))
    world.approve(*found)


def drafted(world: World, until: date) -> Invoice:
    given: dict[str, Any] = {"account_id": world.clients["Northwind"], "until": until}
    return do(draft_invoice, world["Fred"], **given)  # type: ignore[no-any-return]


def billed(world: World, until: date) -> Invoice:
    return do(issue_invoice, world["Fred"], drafted(world, until).id)  # type: ignore[no-any-return]


def pay(world: World, invoice: Invoice, amount: int) -> None:
    from psa_app import clock

    how = {"received_on": clock.now().date(), "method": "bank_transfer", "even_if_known": True}
    do(record_payment, world["Fred"], invoice.id, amount=eur(amount), **how)


def lines(invoice: Invoice) -> Lines:
    found = sorted(rows(InvoiceLine, invoice_id=invoice.id), key=lambda one: one.position)
    return [(one.kind, one.net_minor) for one in found]


def line_of(invoice: Invoice, kind: str) -> int:
    return next(int(one.id) for one in rows(InvoiceLine, invoice_id=invoice.id) if one.kind == kind)


def left(world: World) -> Lines:
    """What is asked and still open of deposits."""
    found = ask(client_deposits, world["Fred"], world.clients["Northwind"])
    return [(one.asked, one.open) for one in found]  # type: ignore[misc]


def month_end(*, deposits: int) -> None:
    """Conservation, papers and numbers hold, the ledger balances, and owes what is left of the deposits."""
    check_books()
    with db.reading() as session:
        assert [one.broken for one in verify(session) if one.broken] == []
        owed = 0
        for entry in books(session, START, date(2027, 12, 31)).entries:
            assert entry.balance == 0
            owed -= sum(one.amount for one in entry.postings if one.account == "deposits")
    assert owed == deposits
