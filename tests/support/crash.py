"""A month's billing that may be killed at any statement: `python -m tests.support.crash URL KILL_AT ACKS`.

It drafts, issues and takes payments, by transfer and by page, and writes a line to ACKS after each act
that was committed. At the KILL_AT-th statement or commit the process ends itself with SIGKILL (0: never).
What is done already is left alone, so that a second run goes on where the first one died.
"""

import os
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import select

from psa_app import clock, db
from psa_app.access import Actor
from psa_app.errors import Conflict
from psa_app.models import Account, Contact, Invoice, Payment, User
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.record import record_payment
from psa_app.services.payments.settle import open_amount
from tests.support.world import FRI, MON, THU, TUE, WED, ask, do, rows

DAYS = (MON, TUE, WED, THU, FRI)
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Ticker:
    """Counts statements and commits, and ends the process at one of them."""

    def __init__(self, engine: Any, kill_at: int) -> None:
        self.count = 0
        self.kill_at = kill_at
        event.listen(engine, "before_cursor_execute", self._tick)
        event.listen(engine, "commit", self._tick)
        event.listen(engine, "after_cursor_execute", self._tick)

    def _tick(self, *_: Any) -> None:
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


class Month:
    """The acts of the month, each told after it is committed."""

    def __init__(self, acks: Path, press: Any = None) -> None:
        self.acks = acks
        self.press = press
        self.finance = _actor("finance")

    def run(self) -> None:
        """One invoice for each day's work; the odd ones are paid by transfer, the even ones by page."""
        accounts = [account for account in rows(Account) if account.name == "Northwind"]
        for day in DAYS:
            for account in accounts:
                self.draft(int(account.id or 0), day)
        for invoice in rows(Invoice, status="draft"):
            do(issue_invoice, self.finance, invoice.id)
            self.ack("issued", invoice.id)
        for invoice in rows(Invoice, status="issued"):
            if (invoice.id or 0) % 2:
                self.transfer(invoice)
            else:
                self.page(invoice)

    def draft(self, account_id: int, day: date) -> None:
        try:
            made = do(draft_invoice, self.finance, account_id=account_id, until=day)
        except Conflict:
            return
        self.ack("drafted", made.id)

    def transfer(self, invoice: Invoice) -> None:
        """In two parts, told apart by their references."""
        half = invoice.total_minor // 2
        for part, amount in (("1", half), ("2", invoice.total_minor - half)):
            inputs = {"amount": Money(amount, invoice.currency), "received_on": TODAY}
            try:
                do(record_payment, self.finance, invoice.id, reference=f"{invoice.number}/{part}", **inputs)
            except Conflict:
                continue  # booked before the process died
            self.ack("paid", invoice.id, part)

    def page(self, invoice: Invoice) -> None:
        if not ask(open_amount, invoice):
            return
        try:
            start_checkout(_actor("client"), int(invoice.id or 0))
        except Conflict:
            return
        payment = rows(Payment, invoice_id=invoice.id)[-1]
        if self.press:
            self.press(payment.session_id)
        sync_payment(int(payment.id or 0))
        self.ack("collected", invoice.id)

    def ack(self, *words: object) -> None:
        with self.acks.open("a") as out:
            out.write(" ".join(str(word) for word in words) + "\n")


def _actor(role: str) -> Actor:
    with db.reading() as session:
        user = session.exec(select(User).where(User.role == role).order_by(User.id)).first()  # type: ignore[arg-type]
        assert user is not None
        contact = session.get(Contact, user.contact_id) if user.contact_id else None
    account_id = contact.account_id if contact else None
    return Actor(user.name, role, user.id, user.person_id, account_id, user.contact_id, user.email)


def press_pay(pages: str) -> Any:
    """Presses "Pay" on the sandbox's page of a payment, as a browser does."""
    import httpx

    def press(session_id: str) -> None:
        httpx.post(f"{pages}/pay/{session_id}/pay", headers={"origin": pages}, trust_env=False)

    return press


def main(url: str, kill_at: str, acks: str, pages: str) -> None:
    """The child's program."""
    clock.set_source(lambda: NOW)
    engine = db.make_engine(url)
    db.use_engine(engine)
    ticker = Ticker(engine, int(kill_at))
    Month(Path(acks), press_pay(pages)).run()
    print(ticker.count)  # noqa: T201 - how many points there are


if __name__ == "__main__":
    main(*sys.argv[1:])
