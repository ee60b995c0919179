"""What a draft asks for: written down and up, discounts, work moved to later, lines by phase."""

from datetime import date
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError
from psa_app.models import BilledTime, BillLater, Invoice, InvoiceLine, InvoiceTax, Phase, Task, TaxRate
from psa_app.queries.invoices.paper import invoice_paper
from psa_app.queries.invoices.preview import preview_draft
from psa_app.queries.invoices.put_off import waiting_for
from psa_app.rules.money import Money
from psa_app.services.invoices.amounts import set_discount, write_line
from psa_app.services.invoices.bring_back import bring_back, bring_back_to
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.edit import add_line, regroup_draft, remove_line
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.later import bill_later
from psa_app.services.invoices.void import void_invoice
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import MON, TUE, WED, World, ask, do, make_world, past, row, rows

TODAY, LATER = date(2026, 11, 23), date(2027, 1, 1)


world = prepared(make_world, only_sqlite=True)


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def draft(world: World, **inputs: Any) -> int:
    account_id = world.clients["Northwind"]
    given = {"account_id": account_id, "until": TODAY, "grouping": "role"} | inputs
    return int(do(draft_invoice, world["Fred"], **given).id)


def printed(invoice_id: int) -> list[tuple[str, str, int]]:
    lines = sorted(rows(InvoiceLine, invoice_id=invoice_id), key=lambda line: line.position)
    return [(line.kind, line.description, line.net_minor) for line in lines]


def first_line(invoice_id: int, kind: str = "time") -> int:
    return int(rows(InvoiceLine, invoice_id=invoice_id, kind=kind)[0].id)


def two_days(world: World) -> tuple[int, int]:
    return world.worked("Ann", "Build", MON, 60), world.worked("Ann", "Build", TUE, 120)


def test_a_line_is_written_down_and_its_time_stays(world: World) -> None:
    two_days(world)
    made = draft(world)
    line_id = first_line(made)
    do(write_line, world["Fred"], made, line_id=line_id, amount=eur(30_000), reason="Slower than said")
    line = row(InvoiceLine, line_id)
    assert (line.net_minor, line.list_minor, line.minutes) == (30_000, 36_000, 180)
    assert [part.amount_minor for part in rows(BilledTime)] == [10_000, 20_000]
    assert row(Invoice, made).net_minor == 30_000
    assert [one.rate for one in ask(invoice_paper, row(Invoice, made)).lines] == [""]
    check_books()
    do(write_line, world["Fred"], made, line_id=line_id, amount=eur(36_000), reason="After all")
    assert (row(InvoiceLine, line_id).list_minor, past("invoice", made)[-2:]) == (
        None,
        ["written", "written"],
    )


def test_one_entry_is_written_down_and_a_price_up(world: World) -> None:
    _, second = two_days(world)
    world.accept("Prototype")
    made = draft(world)
    time, price = first_line(made), first_line(made, "milestone")
    do(write_line, world["Fred"], made, line_id=time, amount=eur(0), reason="Redone", entry_id=second)
    assert row(InvoiceLine, time).net_minor == 12_000
    do(write_line, world["Fred"], made, line_id=price, amount=eur(310_000), reason="Agreed by phone")
    assert row(Invoice, made).net_minor == 322_000
    do(issue_invoice, world["Fred"], made)
    do(
        credit_invoice,
        world["Fred"],
        made,
        lines=(CreditLine(line_id=time, minutes=90, release=True),),
        reason="x",
    )
    check_books()


def test_what_was_written_down_is_credited_and_billed_again_whole(world: World) -> None:
    two_days(world)
    made = draft(world)
    do(write_line, world["Fred"], made, line_id=first_line(made), amount=eur(9_000), reason="x")
    do(issue_invoice, world["Fred"], made)
    do(void_invoice, world["Fred"], made, reason="Wrong client")
    again = draft(world)
    assert row(Invoice, again).net_minor == 36_000
    check_books()


def test_a_cap_is_not_passed_by_writing_up(sqlite_database: Any, clock: Any) -> None:
    world = make_world(cap=36_000)
    two_days(world)
    made = draft(world)
    with pytest.raises(Conflict, match="passes the cap"):
        do(write_line, world["Fred"], made, line_id=first_line(made), amount=eur(36_001), reason="x")
    assert row(Invoice, made).net_minor == 36_000
    check_books()


def test_a_discount_on_a_line_and_on_the_whole_follow_the_lines(world: World) -> None:
    two_days(world)
    world.accept("Prototype")
    made = draft(world)
    fred, time = world["Fred"], first_line(made)
    do(set_discount, fred, made, line_id=time, percent_ppm=100_000, text="First project")
    do(set_discount, fred, made, amount=eur(1_000), text="Goodwill")
    assert printed(made)[-2:] == [
        ("discount", "First project, 10 %", -3_600),
        ("discount", "Goodwill", -1_000),
    ]
    assert row(Invoice, made).net_minor == 36_000 + 300_000 - 3_600 - 1_000
    do(set_discount, fred, made, percent_ppm=50_000)
    assert printed(made)[-1] == ("discount", "Discount, 5 %", -16_620)
    do(remove_line, fred, made, line_id=first_line(made, "milestone"))
    assert printed(made)[-1] == ("discount", "Discount, 5 %", -1_620)
    with pytest.raises(Conflict, match="where it was given"):
        do(remove_line, fred, made, line_id=first_line(made, "discount"))
    do(set_discount, fred, made, line_id=time)
    do(issue_invoice, fred, made)
    assert (row(Invoice, made).net_minor, row(Invoice, made).tax_minor) == (34_200, 6_840)
    check_books()


def test_a_discount_on_the_whole_is_shared_among_its_taxes(world: World) -> None:
    world.worked("Ann", "Build", MON, 60)
    made = draft(world)
    zero = next(one for one in rows(TaxRate) if one.rate_ppm == 0)
    do(add_line, world["Fred"], made, description="Licence", amount=eur(6_000), tax_rate_id=zero.id)
    do(set_discount, world["Fred"], made, amount=eur(1_000), text="Goodwill")
    assert [one[2] for one in printed(made) if one[0] == "discount"] == [-667, -333]
    assert sorted(tax.base_minor for tax in rows(InvoiceTax)) == [5_667, 11_333]
    check_books()


def test_lines_that_were_touched_are_not_grouped_anew_in_silence(world: World) -> None:
    two_days(world)
    made = draft(world)
    do(set_discount, world["Fred"], made, line_id=first_line(made), percent_ppm=100_000)
    with pytest.raises(Conflict, match="Take that back first"):
        do(regroup_draft, world["Fred"], made, grouping="day")
    do(set_discount, world["Fred"], made, line_id=first_line(made))
    do(set_discount, world["Fred"], made, percent_ppm=100_000)
    do(regroup_draft, world["Fred"], made, grouping="day")
    assert [one[2] for one in printed(made)] == [12_000, 24_000, -3_600]


def test_an_entry_moved_to_later_waits_for_its_day(world: World, clock: Any) -> None:
    first, second = two_days(world)
    made = draft(world)
    move = {"line_id": first_line(made), "not_before": LATER, "entry_ids": (second,)}
    do(bill_later, world["Fred"], made, **move)
    invoice = row(Invoice, made)
    assert (invoice.net_minor, invoice.service_from, invoice.service_to) == (12_000, MON, MON)
    assert [part.entry_id for part in rows(BilledTime)] == [first]
    with pytest.raises(Conflict, match="already on draft"):
        draft(world)
    account_id = world.clients["Northwind"]
    missing = ask(preview_draft, world["Fred"], account_id=account_id, until=TODAY).missing
    assert missing[0].sentence == "1 thing was moved to a later invoice, the first for 1 Jan 2027."
    clock.forward(days=40)
    assert row(Invoice, draft(world)).net_minor == 24_000
    check_books()


def test_what_was_moved_to_later_comes_back_in_one_act(world: World) -> None:
    two_days(world)
    world.accept("Prototype")
    made = draft(world)
    before = printed(made)
    for kind in ("milestone", "time"):
        do(bill_later, world["Fred"], made, line_id=first_line(made, kind), not_before=LATER)
    waits = ask(waiting_for, world["Fred"], made)
    assert next(one.text for one in waits) == "Prototype"
    assert sum(len(one.ids) for one in waits) == 3
    do(bring_back_to, world["Fred"], made)
    assert (printed(made), rows(BillLater)) == (before, [])
    assert past("invoice", made)[-1] == "brought back"
    with pytest.raises(Conflict, match="fits this draft"):
        do(bring_back_to, world["Fred"], made)
    check_books()


def test_one_thing_comes_back_and_the_rest_waits_on(world: World) -> None:
    first, second = two_days(world)
    made = draft(world)
    do(bill_later, world["Fred"], made, line_id=first_line(made), not_before=LATER)
    by_entry = {one.record_id: one.id for one in rows(BillLater)}
    do(bring_back_to, world["Fred"], made, later_ids=(by_entry[second],))
    assert [part.entry_id for part in rows(BilledTime)] == [second]
    assert [one.record_id for one in rows(BillLater)] == [first]
    do(bring_back, world["Fred"], by_entry[first])  # for the next draft
    assert rows(BillLater) == []
    assert row(Invoice, draft(world)).net_minor == 12_000
    check_books()


def test_prices_and_whole_lines_are_moved_to_later(world: World, clock: Any) -> None:
    two_days(world)
    world.accept("Prototype")
    made = draft(world)
    for kind in ("milestone", "time"):
        do(bill_later, world["Fred"], made, line_id=first_line(made, kind), not_before=LATER)
    assert (printed(made), len(rows(BillLater))) == ([], 3)
    do(discard_draft, world["Fred"], made)
    with pytest.raises(Conflict, match="Nothing is open"):
        draft(world)
    clock.forward(days=40)
    assert row(Invoice, draft(world)).net_minor == 336_000


def test_time_is_grouped_by_the_phase_of_its_task(world: World) -> None:
    two_days(world)
    world.worked("Ann", "Design", WED, 60)
    with db.unit_of_work() as session:
        phase = Phase(project_id=world.projects["Checkout"], name="Concept")
        session.add(phase)
        session.flush()
        session.get_one(Task, world.tasks["Design"]).phase_id = phase.id
    assert printed(draft(world, grouping="phase")) == [
        ("time", "Concept", 12_000),
        ("time", "Other work", 36_000),
    ]


def test_wrong_amounts_and_days_are_told_and_change_nothing(world: World) -> None:
    two_days(world)
    made = draft(world)
    line = first_line(made)
    before = printed(made)
    wrong: list[tuple[Any, dict[str, Any], type[PsaError], str]] = [
        (write_line, {"line_id": line, "amount": eur(-1), "reason": "x"}, Invalid, "zero or more"),
        (write_line, {"line_id": line, "amount": eur(10**14), "reason": "x"}, Invalid, "more than"),
        (write_line, {"line_id": line, "amount": Money(1, "KWD"), "reason": "x"}, Invalid, "is in EUR"),
        (write_line, {"line_id": line, "amount": eur(1), "reason": " "}, Invalid, ""),
        (write_line, {"line_id": 999, "amount": eur(1), "reason": "x"}, NotFound, "not on the draft"),
        (
            write_line,
            {"line_id": line, "amount": eur(1), "reason": "x", "entry_id": 999},
            NotFound,
            "not on the line",
        ),
        (set_discount, {"percent_ppm": 1_000_001}, Invalid, "0 and 100"),
        (set_discount, {"amount": eur(36_001)}, Invalid, "more than"),
        (set_discount, {"amount": eur(-5)}, Invalid, "above zero"),
        (set_discount, {"amount": eur(5), "percent_ppm": 5}, Invalid, "not both"),
        (bill_later, {"line_id": line, "not_before": TODAY}, Invalid, "still to come"),
        (bill_later, {"line_id": line, "not_before": LATER, "entry_ids": (999,)}, NotFound, "not on this"),
    ]
    for service, inputs, kind, sentence in wrong:
        with pytest.raises(kind) as told:
            do(service, world["Fred"], made, **inputs)
        assert sentence in told.value.sentence
    do(add_line, world["Fred"], made, description="Off", amount=eur(-100))
    manual = first_line(made, "manual")
    for service, inputs in (
        (write_line, {"line_id": manual, "amount": eur(1), "reason": "x"}),
        (set_discount, {"line_id": manual, "percent_ppm": 5}),
        (bill_later, {"line_id": manual, "not_before": LATER}),
    ):
        with pytest.raises(Conflict):
            do(service, world["Fred"], made, **inputs)
    assert printed(made)[:-1] == before
    check_books()


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_change_what_a_draft_asks(world: World, who: str) -> None:
    two_days(world)
    made = draft(world)
    line = first_line(made)
    for service, inputs in (
        (write_line, {"line_id": line, "amount": eur(1), "reason": "x"}),
        (set_discount, {"percent_ppm": 5}),
        (bill_later, {"line_id": line, "not_before": LATER}),
    ):
        with pytest.raises(Forbidden):
            do(service, world[who], made, **inputs)
