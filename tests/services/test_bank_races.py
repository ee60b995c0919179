"""Several people at the same line or file at once: each euro is booked once."""

from psa_app.errors import PsaError
from psa_app.models import BankLine, BankStatement, Payment
from psa_app.rules.money import Money
from psa_app.services.bank.decide import PartIn, book_certain, book_line, credit_line
from psa_app.services.bank.take import Asked, take_statements
from psa_app.services.payments.record import record_payment
from tests.formats.statement_files import camt, detail, entry, statement
from tests.services.test_bank import TODAY, came, issued, left
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.till import many
from tests.support.world import IBAN, do, make_world, row, rows

world = prepared(make_world, alone=True)


def unexpected(answers: list[object]) -> list[object]:
    return [one for one in answers if isinstance(one, Exception) and not isinstance(one, PsaError)]


def test_people_who_decide_about_one_line_at_once_book_it_once(world):
    invoice = issued(world)
    line = came(world, "144.00", invoice.number)
    fred, line_id, client = world["Fred"], line.id, world.clients["Northwind"]
    parts = [PartIn(invoice.id, Money(14_400, "EUR"))]
    amount = Money(14_400, "EUR")
    acts = iter(
        [
            lambda: do(book_certain, fred, line_ids=[line_id]),
            lambda: do(book_line, fred, line_id, parts=parts),
            lambda: do(credit_line, fred, line_id, account_id=client),
            lambda: do(record_payment, fred, invoice.id, amount=amount, received_on=TODAY),
        ]
    )
    assert unexpected(many(4, lambda: next(acts)())) == []
    by_line = row(BankLine, line_id).payment_id
    assert len([one for one in rows(Payment) if one.id == by_line]) == (by_line is not None)
    assert len(rows(Payment)) <= 2
    assert left(invoice) >= 0
    check_books()


def test_one_file_sent_by_several_at_once_is_taken_in_once(world):
    lines = [entry("5.00", detail(text), ref=text, day="2026-11-20") for text in "abc"]
    data = camt(statement(lines, opening="0.00", closing="15.00", iban=IBAN))
    answers = many(3, lambda: do(take_statements, world["Olga"], data, "a.xml", Asked()))
    assert unexpected(answers) == []
    assert (len(rows(BankStatement)), len(rows(BankLine))) == (1, 3)
