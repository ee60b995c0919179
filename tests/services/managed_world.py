"""A subscription that the payment service manages, for tests: handed over, renewed, looked at."""

from datetime import date, timedelta

from psa_app import db
from psa_app.jobs.effects import manage_subscription
from psa_app.models import Invoice, ManagedSubscription, Outbox, SavedMethod
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput
from psa_app.services.payments.methods import start_setup, sync_method
from psa_app.services.subscriptions.managed import hand_over_subscription
from psa_app.services.subscriptions.managed_sync import sync_managed
from tests.support.world import do, row, rows, sign

TODAY = date(2026, 11, 23)
NEXT = date(2026, 12, 1)


def saved_card(world, till) -> SavedMethod:
    """The client saves a card on the payment service's page."""
    start_setup(world["Nina"], agreed=True)
    method = rows(SavedMethod)[-1]
    till.press_page(method.session_id, "save_card")
    sync_method(method.id)
    return row(SavedMethod, method.id)


def hosting(world, till) -> int:
    """Hosting at 300.00 a month since November, of a client with a saved card; the id of its line."""
    saved_card(world, till)
    agreed = LineInput("Hosting", "subscription", value=Money(30_000, "EUR"))
    with db.unit_of_work() as session:
        sign(session, world, "Northwind", "Nina", Head("Hosting", date(2026, 11, 1)), (agreed,))
    return world.lines["Hosting"]


def hand_over(world, line: int, **more) -> ManagedSubscription:
    made = do(hand_over_subscription, world["Fred"], line, **more)
    deliver()
    return row(ManagedSubscription, made.id)


def deliver() -> None:
    """What the outbox does with the orders that wait."""
    for one in rows(Outbox, kind="manage_subscription"):
        manage_subscription(one.key, {"managed_id": rows(ManagedSubscription)[-1].id})


def at(clock, day: date) -> None:
    """Puts the clock to a day."""
    clock.forward(days=(day - TODAY).days)


def copies() -> list[Invoice]:
    """What the payment service issued, credit notes among them."""
    return [one for one in rows(Invoice) if one.managed_ref]


def renewed(world, till, clock, line: int) -> ManagedSubscription:
    """December has come, and the payment service has billed it."""
    made = hand_over(world, line)
    at(clock, NEXT + timedelta(days=1))
    sync_managed(made.id)
    return row(ManagedSubscription, made.id)
