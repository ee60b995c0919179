"""Editing a draft: head and lines, and what a change does to sums and to the work behind them."""

from datetime import date

import pytest

from psa_app.errors import Conflict, Invalid, NotFound, Problems, Stale
from psa_app.models import BilledTime, Invoice, InvoiceLine, TaxRate
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import (
    add_line,
    change_draft,
    change_line,
    regroup_draft,
    remove_line,
)
from psa_app.services.invoices.group_expenses import group_expenses
from psa_app.services.invoices.issue import issue_invoice
from tests.support.prepared import prepared
from tests.support.world import MON, TUE, World, do, make_world, past, row, rows

TODAY = date(2026, 11, 23)


def make_draft(world: World) -> None:
    world.worked("Ann", "Build", MON, 120)
    world.worked("Ben", "Design", TUE, 30)
    world.accept("Prototype")
    do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)


world = prepared(make_world, drafted=make_draft)


@pytest.fixture
def drafted(world: World) -> Invoice:
    """120 minutes of Ann (240.00), 30 of Ben (50.00) and a milestone (3,000.00) on one draft."""
    return rows(Invoice)[0]


def lines(invoice: Invoice) -> list[InvoiceLine]:
    return sorted(rows(InvoiceLine, invoice_id=invoice.id), key=lambda line: line.position)


def net(invoice: Invoice) -> int:
    return int(row(Invoice, invoice.id).net_minor)


def test_the_head_is_changed_field_by_field(world, drafted):
    changed = do(
        change_draft,
        world["Fred"],
        drafted.id,
        version=drafted.version,
        purchase_order="PO 7",
        service_from=MON,
        service_to=TUE,
        payment_days=10,
        bank_account_id=drafted.bank_account_id,
        note="As agreed.",
    )
    assert (changed.purchase_order, changed.payment_days, changed.note) == ("PO 7", 10, "As agreed.")
    assert (changed.service_from, changed.service_to) == (MON, TUE)
    assert changed.version == drafted.version + 1


def test_two_who_save_the_same_draft_do_not_overwrite_each_other(world, drafted):
    do(change_draft, world["Fred"], drafted.id, version=drafted.version, note="One")
    with pytest.raises(Stale):
        do(change_draft, world["Olga"], drafted.id, version=drafted.version, note="Two")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"payment_days": 366}, "payment_days"),
        ({"payment_days": -1}, "payment_days"),
        ({"service_from": TUE, "service_to": MON}, "service_to"),
        ({"service_from": date(1, 1, 1)}, "service_from"),
        ({"bank_account_id": 99_999}, "bank_account_id"),
        ({"purchase_order": "x" * 61}, "purchase_order"),
    ],
)
def test_a_wrong_head_is_refused_at_its_field(world, drafted, values, field):
    with pytest.raises(Invalid) as caught:
        do(change_draft, world["Fred"], drafted.id, version=drafted.version, **values)
    assert caught.value.field == field


def test_regrouping_keeps_the_work_and_what_was_added_by_hand(world, drafted):
    do(add_line, world["Fred"], drafted.id, description="Licence", amount=Money(5_000, "EUR"), quantity=2)
    before = net(drafted)
    do(regroup_draft, world["Fred"], drafted.id, grouping="task")
    assert [line.description for line in lines(drafted)] == ["Build", "Design", "Prototype", "Licence"]
    assert [line.position for line in lines(drafted)] == [1, 2, 3, 4]
    assert net(drafted) == before == 24_000 + 5_000 + 300_000 + 10_000


def test_regrouping_takes_no_new_work(world, drafted):
    world.worked("Ann", "Build", TUE, 60)
    do(regroup_draft, world["Fred"], drafted.id, grouping="person")
    assert [line.minutes for line in lines(drafted)] == [120, 30, None]


def test_a_line_by_hand_bears_the_clients_tax(world, drafted):
    line = do(add_line, world["Fred"], drafted.id, description="Travel", amount=Money(41_280, "EUR"))
    assert (line.tax_kind, line.tax_ppm, line.net_minor) == ("standard", 200_000, 41_280)
    assert row(Invoice, drafted.id).total_minor == (24_000 + 5_000 + 300_000 + 41_280) * 12 // 10


def test_a_line_by_hand_may_bear_another_tax_or_take_off(world, drafted):
    exempt = next(tax for tax in rows(TaxRate) if tax.kind == "exempt")
    do(
        add_line,
        world["Fred"],
        drafted.id,
        description="Fee",
        amount=Money(100, "EUR"),
        tax_rate_id=exempt.id,
    )
    do(add_line, world["Fred"], drafted.id, description="Goodwill", amount=Money(-9_000, "EUR"))
    invoice = row(Invoice, drafted.id)
    assert (invoice.net_minor, invoice.tax_minor) == (320_100, 64_000)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": Money(100, "USD")}, "amount"),
        ({"amount": Money(0, "EUR")}, "amount"),
        ({"amount": Money(10**15, "EUR")}, "amount"),
        ({"amount": Money(10**12, "EUR"), "quantity": 100}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"description": ""}, "description"),
        ({"tax_rate_id": 99_999}, "tax_rate_id"),
    ],
)
def test_a_wrong_line_is_refused_at_its_field(world, drafted, values, field):
    inputs = {"description": "Fee", "amount": Money(100, "EUR")} | values
    with pytest.raises(Invalid) as caught:
        do(add_line, world["Fred"], drafted.id, **inputs)
    assert caught.value.field == field
    assert len(lines(drafted)) == 3


def test_rewording_changes_words_and_never_the_sum(world, drafted):
    line = lines(drafted)[0]
    do(
        change_line,
        world["Fred"],
        drafted.id,
        line_id=line.id,
        description="Engineering, senior",
        detail="Oct",
    )
    changed = row(InvoiceLine, line.id)
    assert (changed.description, changed.detail) == ("Engineering, senior", "Oct")
    assert (changed.net_minor, net(drafted)) == (line.net_minor, 329_000)


def test_a_lines_tax_can_be_changed(world, drafted):
    reverse = next(tax for tax in rows(TaxRate) if tax.kind == "reverse_charge")
    line = lines(drafted)[2]
    do(
        change_line,
        world["Fred"],
        drafted.id,
        line_id=line.id,
        description="Prototype",
        tax_rate_id=reverse.id,
    )
    assert row(Invoice, drafted.id).tax_minor == 29_000 * 20 // 100


def test_a_removed_line_frees_its_work_for_a_later_invoice(world, drafted):
    do(remove_line, world["Fred"], drafted.id, line_id=lines(drafted)[0].id)
    do(remove_line, world["Fred"], drafted.id, line_id=lines(drafted)[1].id)
    assert [line.description for line in lines(drafted)] == ["Designer"]
    assert net(drafted) == 5_000
    later = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    assert [line.description for line in lines(later)] == ["Engineer", "Prototype"]
    assert len(rows(BilledTime)) == 2


def test_the_service_period_follows_the_work_until_someone_sets_it(world, drafted):
    milestone = lines(drafted)[2]
    do(remove_line, world["Fred"], drafted.id, line_id=milestone.id)
    assert (row(Invoice, drafted.id).service_from, row(Invoice, drafted.id).service_to) == (MON, TUE)
    version = row(Invoice, drafted.id).version
    inputs = {"version": version, "service_from": date(2026, 11, 1), "service_to": date(2026, 11, 30)}
    do(change_draft, world["Fred"], drafted.id, **inputs)
    do(remove_line, world["Fred"], drafted.id, line_id=lines(drafted)[1].id)
    assert row(Invoice, drafted.id).service_from == date(2026, 11, 1)


def test_a_line_of_another_invoice_is_not_there(world, drafted):
    world.worked("Ann", "Advise", MON, 60)
    other = do(draft_invoice, world["Fred"], account_id=world.clients["Kestrel"], until=TODAY)
    with pytest.raises(NotFound):
        do(remove_line, world["Fred"], drafted.id, line_id=lines(other)[0].id)
    with pytest.raises(NotFound):
        do(change_line, world["Fred"], drafted.id, line_id=10**14, description="x")


def test_an_issued_invoice_never_changes(world, drafted):
    do(issue_invoice, world["Fred"], drafted.id)
    line_id, version = lines(drafted)[0].id, row(Invoice, drafted.id).version
    attempts = (
        (change_draft, {"version": version, "note": "x"}),
        (regroup_draft, {"grouping": "day"}),
        (group_expenses, {"grouped": True}),
        (add_line, {"description": "x", "amount": Money(1, "EUR")}),
        (change_line, {"line_id": line_id, "description": "x"}),
        (remove_line, {"line_id": line_id}),
        (issue_invoice, {}),
    )
    for act, inputs in attempts:
        with pytest.raises(Conflict, match="INV-2026-0001 is issued and does not change any more"):
            do(act, world["Fred"], drafted.id, **inputs)
    assert [line.net_minor for line in lines(drafted)] == [24_000, 5_000, 300_000]


def test_each_change_is_in_the_history(world, drafted):
    do(add_line, world["Fred"], drafted.id, description="Fee", amount=Money(100, "EUR"))
    do(change_line, world["Fred"], drafted.id, line_id=lines(drafted)[3].id, description="Fees")
    do(remove_line, world["Fred"], drafted.id, line_id=lines(drafted)[3].id)
    assert past("invoice", drafted.id) == ["drafted", "line added", "line changed", "line removed"]


def test_all_lines_gone_leave_an_empty_draft_that_cannot_be_issued(world, drafted):
    for line in lines(drafted):
        do(remove_line, world["Fred"], drafted.id, line_id=line.id)
    with pytest.raises((Invalid, Problems), match="This draft has no line"):
        do(issue_invoice, world["Fred"], drafted.id)
