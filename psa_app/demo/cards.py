"""Clients of the demo who pay by card and by debit: refunds, disputes and payouts follow from it."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.demo.till import Till
from psa_app.models import Account, Allocation, Dispute, Invoice, InvoiceLine, Payment
from psa_app.queries.invoices.autopay import due_invoices
from psa_app.rules.money import Money
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.payments.charge import begin_charge
from psa_app.services.payments.methods import set_autopay
from psa_app.services.payments.refund import start_refund

ZONE = ZoneInfo("Europe/Vienna")
Clients = dict[str, tuple[Account, Actor]]
BY_DEBIT, SAVES_CARD, DISPUTES, WINS_AGAINST = (
    "Alder & Co",
    "Kestrel Foods",
    "Municipal Library",
    "Lumen Verlag",
)
BY_PAGE = {WINS_AGAINST: -2, DISPUTES: 12}  # days from the due day
LASTS = timedelta(days=75)  # since so long they pay so
ARRIVES = timedelta(days=4)  # that a debit takes


class Cards:
    """What happens at the payment service, week by week, with the clock set to each moment."""

    def __init__(self, session: Session, finance: Actor, clients: Clients, now: datetime) -> None:
        self.session, self.finance, self.clients, self.now = session, finance, clients, now
        self.till, self.today = Till(session), now.astimezone(ZONE).date()
        self.came: dict[str, list[Payment]] = defaultdict(list)
        self.under_way: list[Payment] = []
        self.case: Dispute | None = None
        self.gave_back = self.saved = False

    def takes(self, name: str, due_on: date) -> bool:
        """Whether a client's invoice is paid here, and not by a transfer."""
        return (name == BY_DEBIT or name in BY_PAGE) and due_on >= self.today - LASTS

    def week(self, day: date) -> None:
        """Monday's payout; on Wednesday what comes back, what is due, and who pays on the page."""
        if day < self.today - LASTS:
            return
        monday = day - timedelta(days=2)
        self._settle(monday)
        self._at(monday, 8)
        self.till.pay_out()
        self._settle(day)
        self._at(day, 8)
        if not self.saved:
            self._save()
        lumen, alder = self.came[WINS_AGAINST][:1], self.came[BY_DEBIT][:1]
        if lumen and self.case is None:
            self.case = self.till.dispute(lumen[0])
        if alder and not self.gave_back:
            self.gave_back = True
            self._give_back(alder[0], 8 * 60, "Eight hours were logged twice.", arrives=True)
        for due in due_invoices(self.session, 10):
            self._at(day, 14)
            self._collect(begin_charge(self.session, due))
        self._at(day, 15)
        self._pay_pages(day)

    def end(self) -> None:
        """The last days: a dispute is won, another opens, a refund is on its way; the books are told."""
        self._settle(self.today)
        library, alder = self.came[DISPUTES], self.came[BY_DEBIT]
        if library and self._at(self.today - timedelta(days=5), 16):
            self.till.dispute(library[0])
        if self.case and self._at(self.today - timedelta(days=4), 11):
            self.till.win(self.case)
        if len(alder) > 1 and self._at(self.today - timedelta(days=1), 10):
            self._give_back(alder[-1], 4 * 60, "The workshop was half a day shorter.", arrives=False)
        self._at(self.today - timedelta(days=1), 23)
        self.till.tell()

    def _save(self) -> None:
        self.saved, alder = True, self.clients[BY_DEBIT][1]
        self.till.save(self.clients[SAVES_CARD][1])
        self.till.save(alder)
        self.till.save(alder, debit=True)
        set_autopay(self.session, alder, account_id=int(alder.account_id or 0), collects="due")

    def _collect(self, payment: Payment | None) -> None:
        """An announced debit is sent on its day, if that has come."""
        if payment is None or payment.charge_on is None or not self._at(payment.charge_on, 9):
            return
        self.till.debit(payment)
        self.under_way.append(payment)

    def _settle(self, day: date) -> None:
        """Debits whose money has come by a day."""
        for payment in list(self.under_way):
            came = (payment.charge_on or day) + ARRIVES
            if came <= day and self._at(came, 6):
                self.under_way.remove(payment)
                self.till.settle(payment)
                self.came[BY_DEBIT].append(payment)

    def _pay_pages(self, day: date) -> None:
        paid = select(Allocation.invoice_id)
        rows = self.session.exec(
            select(Invoice, Account.name)
            .join(Account, col(Account.id) == col(Invoice.account_id))
            .where(col(Account.name).in_(list(BY_PAGE)), Invoice.status == "issued")
            .where(Invoice.kind == "invoice", col(Invoice.id).not_in(paid))
            .order_by(col(Invoice.id))
        ).all()
        for invoice, name in rows:
            due = invoice.due_on
            if due is not None and self.takes(name, due) and due + timedelta(days=BY_PAGE[name]) <= day:
                self.came[name].append(self.till.pay(self.clients[name][1], int(invoice.id or 0)))

    def _give_back(self, payment: Payment, minutes: int, why: str, *, arrives: bool) -> None:
        """Some of a line's time is credited, and what was paid too much goes back with its tax."""
        longest = select(InvoiceLine).where(
            InvoiceLine.invoice_id == payment.invoice_id, InvoiceLine.kind == "time"
        )
        line = self.session.exec(longest.order_by(col(InvoiceLine.net_minor).desc())).first()
        if line is None or payment.invoice_id is None:
            return
        lines = (CreditLine(int(line.id or 0), minutes=minutes),)
        note = credit_invoice(self.session, self.finance, payment.invoice_id, lines=lines, reason=why)
        back = Money(note.total_minor, payment.currency)
        refund = start_refund(self.session, self.finance, int(payment.id or 0), amount=back, reason=why)
        self.till.give_back(refund, arrives=arrives)

    def _at(self, day: date, hour: int) -> bool:
        """Sets the clock to a moment of the story; False if it has not come yet."""
        instant = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
        if instant > self.now:
            return False
        clock.set_source(lambda: instant)
        return True
