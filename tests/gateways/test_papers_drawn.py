"""Papers of each shape are drawn as they were: what stands where on each page (`make papers` renews them)."""

from datetime import date
from typing import Any

from psa_app import db
from psa_app.gateways.pdf import InvoiceLine, render_invoice, render_quote
from psa_app.models import Account, Firm, Invoice
from psa_app.models import InvoiceLine as Line
from psa_app.queries.books.statement import client_statement, statement_paper
from psa_app.queries.invoices.paper import invoice_paper
from psa_app.queries.retainers.paper import retainer_paper
from psa_app.queries.retainers.statement import retainer_statement
from psa_app.services.invoices.amounts import set_discount
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from tests.gateways.pdf_examples import annex, invoice
from tests.services.expense_world import category, spent
from tests.services.retainer_world import begun, worked
from tests.support.drawn import check_kept, drawn
from tests.support.prepared import prepared
from tests.support.world import MON, TUE, World, do, make_world, rows

TODAY = date(2026, 11, 23)
world = prepared(make_world, only_sqlite=True)


def draft(world: World) -> int:
    account_id = world.clients["Northwind"]
    return int(do(draft_invoice, world["Fred"], account_id=account_id, until=TODAY, grouping="role").id)


def issued(world: World) -> int:
    made = draft(world)
    do(issue_invoice, world["Fred"], made)
    return made


def pdf(invoice_id: int, **how: Any) -> bytes:
    with db.reading() as session:
        paper = invoice_paper(session, session.get_one(Invoice, invoice_id), annex=True, **how)
    return render_invoice(paper)


def by_time(world: World) -> None:
    world.worked("Ann", "Build", MON, 90, "Forms and errors of the checkout")
    world.worked("Ben", "Build", TUE, 125, "Payment page")


def test_time_with_its_annex(world: World) -> None:
    by_time(world)
    check_kept("time_with_annex", pdf(issued(world)))


def test_the_same_on_letter_paper(world: World) -> None:
    by_time(world)
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).country = "US"
    check_kept("letter", pdf(issued(world)))


def test_fees_time_expenses_and_a_discount_on_one(world: World) -> None:
    by_time(world)
    begun(world)
    world.accept("Prototype")
    spent(world, 8_400, category_id=category("Travel", markup_ppm=100_000))
    made = draft(world)
    do(set_discount, world["Fred"], made, percent_ppm=50_000, text="Five years together")
    do(issue_invoice, world["Fred"], made)
    check_kept("hybrid", pdf(made))


def test_a_credit_note(world: World) -> None:
    by_time(world)
    made = issued(world)
    (line,) = rows(Line, invoice_id=made, kind="time")[:1]
    given = [CreditLine(line_id=int(line.id), release=True)]
    note = do(credit_invoice, world["Fred"], made, lines=given, reason="Billed to the wrong project")
    check_kept("credit_note", pdf(int(note.id)))


def test_a_pro_forma(world: World) -> None:
    by_time(world)
    check_kept("pro_forma", pdf(draft(world), pro_forma=True))


def test_statements_of_an_account_and_of_a_retainer(world: World) -> None:
    by_time(world)
    issued(world)
    line_id = begun(world)
    worked(world, date(2026, 9, 1), 30)
    client = world.clients["Northwind"]
    with db.reading() as session:
        found = client_statement(session, world["Fred"], client)
        account = statement_paper(session, found, session.get_one(Account, client))
        retainer = retainer_paper(session, retainer_statement(session, world["Fred"], line_id, 1))
    check_kept("statement", render_quote(account))
    check_kept("retainer", render_quote(retainer))


def test_tables_over_many_pages_repeat_their_heads() -> None:
    rows_of = (InvoiceLine(f"Phase {n}: design", "10:00 h", "€140.00", "€1,400.00") for n in range(30))
    paper = render_invoice(invoice(lines=tuple(rows_of), annex=annex(45)))
    pages = drawn(paper).split("page ")[1:]
    assert len(pages) == 4
    assert all("| Amount" in page for page in pages[:2])
    assert all("| Hours" in page and "| Note" in page for page in pages[2:])
    check_kept("many_pages", paper)
