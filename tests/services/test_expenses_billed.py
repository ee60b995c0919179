"""Expenses on invoices: billed once, at their frozen value, and free again when the invoice is void."""

import pytest

from psa_app import db
from psa_app.access import scoped
from psa_app.errors import Conflict, Invalid
from psa_app.gateways.pdf import render_invoice
from psa_app.models import BilledExpense, Expense, InvoiceLine
from psa_app.queries.invoices.paper import invoice_paper
from psa_app.queries.invoices.preview import preview_draft
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.expenses.decide import submit_expense, unapprove_expense
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.edit import remove_line
from psa_app.services.invoices.group_expenses import group_expenses
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.records import create_record
from tests.services.expense_world import category, spend, spent
from tests.services.test_invoices_void import TODAY
from tests.support.books import check_books
from tests.support.world import MON, TUE, World, ask, do, past, row, rows


@pytest.fixture
def travel(world: World) -> int:
    return category(markup_ppm=100_000)


def draft(world, client="Northwind", **inputs):
    return do(draft_invoice, world["Fred"], account_id=world.clients[client], until=TODAY, **inputs)


def printed(invoice):
    return [(one.kind, one.description, one.net_minor) for one in rows(InvoiceLine, invoice_id=invoice.id)]


def test_approved_expenses_are_billed_beside_time_with_their_markup(world, travel):
    world.worked("Ann", "Build", TUE, 60)
    spent(world, 10_000, category_id=travel, description="Train to Hamburg")
    spent(world, 10_000, "USD", category_id=travel, description="Hosting", day=TUE)
    made = draft(world)
    assert printed(made) == [
        ("time", "Engineer", 12_000),
        ("expense", "Train to Hamburg", 11_000),
        ("expense", "Hosting", 9_900),
    ]
    assert (made.net_minor, made.service_from) == (32_900, MON)
    assert rows(InvoiceLine)[1].detail.startswith("Travel, ")
    check_books()


def test_issue_makes_them_invoiced_and_a_void_frees_them_to_be_billed_again(world, travel):
    expense = spent(world, 10_000, category_id=travel)
    first = do(issue_invoice, world["Fred"], draft(world).id)
    assert row(Expense, expense).status == "invoiced"
    with pytest.raises(Conflict, match="on an invoice"):
        do(unapprove_expense, world["Olga"], expense)
    do(void_invoice, world["Fred"], first.id, reason="Wrong")
    assert row(Expense, expense).status == "approved"
    second = do(issue_invoice, world["Fred"], draft(world).id)
    assert second.total_minor == first.total_minor
    assert [one.released_at is not None for one in rows(BilledExpense)] == [True, False]
    assert past("expense", expense)[-3:] == ["invoiced", "freed", "invoiced"]
    check_books()


def test_none_is_billed_twice_and_what_is_on_a_draft_is_not_taken_back(world, travel):
    expense = spent(world, 10_000, category_id=travel)
    made = draft(world)
    with pytest.raises(Conflict, match="already on draft"):
        draft(world)
    with pytest.raises(Conflict, match="draft of an invoice"):
        do(unapprove_expense, world["Olga"], expense)
    do(remove_line, world["Fred"], made.id, line_id=rows(InvoiceLine)[0].id)
    do(discard_draft, world["Fred"], made.id)
    assert do(unapprove_expense, world["Olga"], expense).status == "submitted"


def test_expenses_of_one_category_stand_on_one_line_if_asked_and_apart_again(world, travel):
    hosting = category("Hosting")
    for amount, kind in ((1_005, travel), (1_005, travel), (900, hosting)):
        spent(world, amount, category_id=kind)
    made = draft(world, group_expenses=True)
    assert printed(made) == [("expense", "Travel", 2_212), ("expense", "Train", 900)]
    apart = do(group_expenses, world["Fred"], made.id, grouped=False)
    assert [net for _, _, net in printed(apart)] == [1_106, 1_106, 900]
    assert apart.total_minor == made.total_minor
    check_books()


def test_a_category_with_a_tax_of_its_own_is_printed_with_it_where_the_client_is_taxed(world):
    with db.unit_of_work() as session:
        values = {"name": "10 %", "kind": "reduced", "rate_ppm": 100_000}
        create_record(session, world["Olga"], RESOURCES["tax_rates"], values)
    reduced = category("Train", tax_kind="reduced")
    spent(world, 10_000, category_id=reduced)
    spent(world, 10_000, "USD", category_id=reduced, project="Data")
    draft(world)
    draft(world, "Kestrel")
    assert [one.tax_kind for one in rows(InvoiceLine)] == ["reduced", "exempt"]


def test_what_is_not_billable_or_not_approved_stays_away_and_the_preview_says_so(world, travel):
    spent(world, 500, category_id=travel, is_billable=False)
    waits = spend(world, 700, category_id=travel)
    do(submit_expense, world["Ann"], waits.id)
    spent(world, 10_000, category_id=travel)
    found = ask(preview_draft, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    assert (found.lines, found.net) == (("1 expense: €110.00",), "€110.00")
    assert [one.sentence for one in found.missing] == ["1 expense is not approved yet."]
    assert [net for _, _, net in printed(draft(world))] == [11_000]


def test_a_client_sees_an_expense_once_it_is_on_an_issued_invoice_of_theirs(world, travel):
    expense = spent(world, 500, category_id=travel)

    def seen(who):
        with db.reading() as session:
            return [one.id for one in session.exec(scoped(world[who], Expense)).all()]

    made = draft(world)
    assert seen("Nina") == []
    do(issue_invoice, world["Fred"], made.id)
    assert (seen("Nina"), seen("Karl")) == ([expense], [])
    do(void_invoice, world["Fred"], made.id, reason="Wrong")
    assert seen("Nina") == []


def test_the_paper_lists_each_expense_behind_its_lines(world, travel):
    for amount in (1_005, 2_000):
        spent(world, amount, category_id=travel, description=f"Ticket {amount}")
    made = draft(world, group_expenses=True)
    paper = ask(invoice_paper, made, annex=True)
    assert paper.annex is None
    assert [(one.category, one.description, one.amount) for one in paper.expenses.rows] == [
        ("Travel", "Ticket 1005", "€11.06"),
        ("Travel", "Ticket 2000", "€22.00"),
    ]
    assert paper.expenses.total.value == "€33.06"
    assert render_invoice(paper)[:5] == b"%PDF-"


def credit(world, invoice, **line):
    (only,) = rows(InvoiceLine, invoice_id=invoice.id)
    return do(credit_invoice, world["Fred"], invoice.id, lines=(CreditLine(only.id, **line),), reason="Wrong")


def test_a_credit_frees_the_expenses_of_a_line_whole_and_they_are_billed_again(world, travel):
    both = [spent(world, amount, category_id=travel) for amount in (1_005, 2_000)]
    first = do(issue_invoice, world["Fred"], draft(world, group_expenses=True).id)
    with pytest.raises(Invalid, match="only as a whole"):
        credit(world, first, amount=Money(1_106, "EUR"), release=True)
    note = credit(world, first, release=True)
    assert note.total_minor == first.total_minor
    assert [one.released_at is not None for one in rows(BilledExpense)] == [True, True]
    assert {row(Expense, one).status for one in both} == {"approved"}
    assert past("expense", both[0])[-2:] == ["invoiced", "freed"]
    again = do(issue_invoice, world["Fred"], draft(world, group_expenses=True).id)
    assert again.total_minor == first.total_minor
    check_books()


def test_an_expense_that_a_credit_writes_off_is_never_billed_again(world, travel):
    expense = spent(world, 10_000, category_id=travel)
    first = do(issue_invoice, world["Fred"], draft(world).id)
    credit(world, first)
    assert row(Expense, expense).status == "invoiced"
    with pytest.raises(Conflict, match="Nothing is open"):
        draft(world)
    check_books()
