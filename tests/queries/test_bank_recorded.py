"""A line of a statement stands beside the payments recorded by hand that it may be, or take back."""

from datetime import date

from psa_app import db
from psa_app.models import BankLine, BankStatement
from psa_app.queries.bank.lines import line_to_decide
from psa_app.rules.money import Money
from psa_app.services.bank.decide import link_line, take_back_by_line
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from tests.support.world import MON, ask, do

TODAY = date(2026, 11, 23)


def line(amount: int, digest: str) -> int:
    with db.unit_of_work() as session:
        statement = BankStatement(bank_account_id=1, kind="csv", currency="EUR")
        session.add(statement)
        session.flush()
        made = BankLine(
            statement_id=statement.id,
            bank_account_id=1,
            digest=digest,
            booked_on=TODAY,
            amount_minor=amount,
            currency="EUR",
            is_reversal=amount < 0,
        )
        session.add(made)
        session.flush()
        return int(made.id or 0)


def test_a_recorded_payment_is_linked_once_and_taken_back_by_the_bank(world):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    invoice = do(issue_invoice, world["Fred"], draft.id)
    paid = do(record_payment, world["Fred"], invoice.id, amount=Money(14_400, "EUR"), received_on=TODAY)
    came, again, back = line(14_400, "a"), line(14_400, "b"), line(-14_400, "c")
    found = ask(line_to_decide, world["Fred"], came)
    assert [(one.id, one.client, one.invoice) for one in found.recorded] == [
        (paid.id, "Northwind", invoice.number)
    ]
    do(link_line, world["Fred"], came, payment_id=paid.id)
    assert ask(line_to_decide, world["Fred"], again).recorded == ()
    assert [one.id for one in ask(line_to_decide, world["Fred"], back).recorded] == [paid.id]
    do(take_back_by_line, world["Fred"], back, payment_id=paid.id)
    assert ask(line_to_decide, world["Fred"], line(-14_400, "d")).recorded == ()
