"""The provider's message and a transfer recorded by hand at the same moment: each euro is booked once."""

from psa_app.access import system
from psa_app.errors import PsaError
from psa_app.models import Allocation, Inbox, Payment
from psa_app.rules.money import Money
from psa_app.services.payments.inbox import receive_message, work_inbox
from psa_app.services.payments.record import record_payment
from tests.services.collecting import TODAY, bill, facts, invoice, left, payment, shop, till  # noqa: F401
from tests.support.prepared import prepared
from tests.support.till import many
from tests.support.world import do, make_world, rows

TOTAL = 14_400


world = prepared(make_world, alone=True, invoice=bill)


def take_all() -> None:
    while work_inbox():
        pass


def test_a_message_and_a_transfer_at_once_never_settle_more_than_the_invoice(world, till, invoice, payment):  # noqa: F811
    till.press(payment, "pay")
    raw, signature = till.message("payment_intent.succeeded")

    def message() -> None:
        receive_message(system(), raw, signature)
        take_all()

    def transfer() -> None:
        amount = Money(TOTAL, "EUR")
        do(record_payment, world["Fred"], invoice.id, amount=amount, received_on=TODAY, reference="Bank")

    acts = iter([message, transfer, message])
    answers = many(3, lambda: next(acts)())
    take_all()
    assert [one for one in answers if isinstance(one, Exception) and not isinstance(one, PsaError)] == []
    assert left(invoice) == 0
    assert sum(one.amount_minor for one in rows(Allocation)) == TOTAL
    assert facts().count(("charge", TOTAL)) == 1
    assert len(rows(Inbox)) == 1
    assert len([one for one in rows(Payment) if one.provider == "manual"]) <= 1


def test_one_message_that_is_worked_through_by_many_books_once(world, till, invoice, payment):  # noqa: F811
    till.press(payment, "pay")
    raw, signature = till.message("payment_intent.succeeded")
    many(3, lambda: receive_message(system(), raw, signature))
    many(3, take_all)
    assert (facts(), left(invoice)) == ([("charge", TOTAL)], 0)
    assert len(rows(Inbox)) == 1
