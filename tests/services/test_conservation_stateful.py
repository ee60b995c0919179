"""Whatever is done in whatever order, no second is lost or billed twice, papers, numbers and ledger hold.

100 sequences in `make test`, 5,000 in `make soak` (PSA_SOAK=1): half of them on each database.
"""

import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine
from sqlmodel import Session

from psa_app import db
from psa_app.errors import Conflict, Invalid, Problems
from psa_app.models import Expense, ExpenseCategory, Invoice, InvoiceLine, Payment, Sow, SowLine, TimeEntry
from psa_app.rules.money import Money
from psa_app.services.expenses.decide import recall_expense, unapprove_expense
from psa_app.services.expenses.log import delete_expense
from psa_app.services.invoices.bring_back import bring_back_to
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.deposits import ask_deposit, give_back_deposit, set_deposit
from psa_app.services.invoices.draft import EVERYTHING, discard_draft, draft_invoice
from psa_app.services.invoices.edit import add_line, regroup_draft, remove_line
from psa_app.services.invoices.group_expenses import group_expenses
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.later import bill_later
from psa_app.services.invoices.void import void_invoice
from psa_app.services.invoices.write_off import reopen_invoice, write_off_invoice
from psa_app.services.payments.record import record_payment, reverse_payment, use_credit
from psa_app.services.payments.refund import start_refund
from psa_app.services.retainers.acts import adjust_retainer, top_up_retainer
from psa_app.services.retainers.close import close_retainer_period
from psa_app.services.time.reject import unapprove_entries
from tests.conftest import BOTH
from tests.services.expense_world import category, spent
from tests.support.books import check_books
from tests.support.world import MON, World, do, make_world, rows

STEPS = 20
SOAK = os.environ.get("PSA_SOAK") == "1"
TODAY = date(2026, 11, 23)
_ACTS = (
    "work work work work draft draft issue issue bill bill bill correct correct pay pay credit "
    "credit rebill regroup remove add discard unapprove accept raise_cap reverse use_credit "
    "spend spend spend_back group close close top_up adjust refund refund pay_abroad write_off "
    "reopen advance advance draw give_back later"
)
ACTS = _ACTS.split()
REFUSALS = (Conflict, Invalid, Problems)  # a sentence, and nothing half written
SIZES = (1, 59, 60, 61, 400, 899, 900, 901, 1_700, 3_599, 3_600, 5_000, 7_777)
CLIENTS = ("Northwind", "Northwind", "Kestrel")
CURRENCY = {"Northwind": "EUR", "Kestrel": "USD"}
TASKS = ("Build", "Build", "Design", "Fixed", "Travel", "Advise", "Advise")
Piece = tuple[str, str, int, int, bool]
WORK = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Ben"]),
        st.sampled_from(TASKS),
        st.integers(0, 2),
        st.sampled_from(SIZES),
        st.sampled_from([True, True, True, False]),
    ),
    min_size=1,
    max_size=4,
)


class Books(RuleBasedStateMachine):
    """Log, approve, draft, edit, issue, void, credit, pay, reverse. `world` and `engine` are set below."""

    world: World
    engine: Engine
    clock: Any

    @initialize(
        cap=st.sampled_from([None, 0, 4_001, 12_000, 50_000]),
        increment=st.sampled_from([1, 15, 60]),
        mode=st.sampled_from(["up", "nearest", "down"]),
        per=st.sampled_from(["entry", "day_task"]),
        retainer=st.sampled_from([None, "overage", "overage", "carry", "absorb"]),
        first=WORK,
    )
    def begin(
        self, cap: int | None, increment: int, mode: str, per: str, retainer: str | None, first: list[Piece]
    ) -> None:
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.connection.begin_nested()
        db.use_engine(cast("Engine", self.connection))
        with db.unit_of_work() as session:
            session.get_one(SowLine, self.world.lines["Engineering"]).cap_minor = cap
            sow = session.get_one(Sow, self.world.sows["Northwind"])
            sow.round_increment, sow.round_mode, sow.round_per = increment, mode, per
            if retainer:
                self.retain(session, retainer, increment, per)
        self.log(first)

    def retain(self, session: Session, deficit: str, increment: int, per: str) -> None:
        """Kestrel's advice as a retainer of two weeks: the first is over."""
        line = session.get_one(SowLine, self.world.lines["Advice"])
        terms = {"holds": "money", "period_value_minor": 30_000} if per == "entry" else {"period_minutes": 90}
        rest = {"rollover": "capped", "rollover_cap": 20, "deficit": deficit}
        line.sqlmodel_update(
            terms | rest | {"model": "retainer", "rhythm": "weekly", "value_minor": 50_000, "periods": 2}
        )
        sow = session.get_one(Sow, line.sow_id)
        sow.sqlmodel_update({"starts_on": MON - timedelta(days=4), "round_per": per})
        sow.round_increment = increment

    def teardown(self) -> None:
        try:
            if hasattr(self, "connection"):
                check_books()
        finally:
            db.use_engine(None)
            if hasattr(self, "connection"):
                self.outer.rollback()
                self.connection.close()

    def attempt(self, act: Callable[..., Any], *args: Any, **inputs: Any) -> Any:
        """Does something that may be refused."""
        try:
            return do(act, *args, **inputs)
        except REFUSALS:
            return None

    def work(self, data: st.DataObject) -> None:
        self.log(data.draw(WORK))

    def log(self, pieces: list[Piece]) -> None:
        """Time is logged, most of it approved."""
        approved = []
        for who, task, day, seconds, is_approved in pieces:
            entry_id = self.world.log(who, task, MON + timedelta(days=day), seconds / 60)
            approved += [entry_id] if is_approved else []
        if approved:
            self.world.approve(*approved)

    @rule(what=st.sampled_from(ACTS), data=st.data())
    def act(self, what: str, data: st.DataObject) -> None:
        """One act on whatever there is; most are allowed, some refused."""
        getattr(self, what)(data)

    def unapprove(self, data: st.DataObject) -> None:
        entries = [entry.id for entry in rows(TimeEntry) if entry.status in ("approved", "invoiced")]
        if entries:
            chosen = tuple(data.draw(st.sets(st.sampled_from(entries), min_size=1, max_size=3)))
            self.attempt(unapprove_entries, self.world["Olga"], entry_ids=chosen)

    def close(self, _: st.DataObject) -> None:
        self.attempt(close_retainer_period, self.world["Fred"], self.world.lines["Advice"])

    def top_up(self, data: st.DataObject) -> None:
        price = Money(data.draw(st.sampled_from([0, 7_000])), "USD")
        inputs = {"units": data.draw(st.sampled_from([1, 60, 9_999])), "price": price}
        self.attempt(top_up_retainer, self.world["Fred"], self.world.lines["Advice"], **inputs)

    def adjust(self, data: st.DataObject) -> None:
        inputs = {"units": data.draw(st.sampled_from([-100, -7, 30])), "reason": "x", "periods": 1}
        self.attempt(adjust_retainer, self.world["Fred"], self.world.lines["Advice"], **inputs)

    def spend(self, data: st.DataObject) -> None:
        """Money is spent and approved."""
        travel = rows(ExpenseCategory)[0].id if rows(ExpenseCategory) else category(markup_ppm=75_000)
        amount, money = data.draw(st.sampled_from([(1, "EUR"), (999, "USD"), (12_345, "EUR")]))
        project = data.draw(st.sampled_from(["Checkout", "Data"]))
        day = MON + timedelta(days=data.draw(st.integers(0, 4)))
        spent(self.world, amount, money, category_id=travel, project=project, day=day)

    def spend_back(self, data: st.DataObject) -> None:
        """An approval is taken back, and the expense removed."""
        found = [one.id for one in rows(Expense) if one.status in ("approved", "invoiced")]
        chosen = data.draw(st.sampled_from(found)) if found else None
        if chosen and self.attempt(unapprove_expense, self.world["Olga"], chosen):
            self.attempt(recall_expense, self.world["Ann"], chosen)
            self.attempt(delete_expense, self.world["Ann"], chosen)

    def group(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "draft")
        if invoice is not None:
            grouped = data.draw(st.booleans())
            self.attempt(group_expenses, self.world["Fred"], invoice.id, grouped=grouped)

    def accept(self, data: st.DataObject) -> None:
        try:
            self.world.accept(data.draw(st.sampled_from(["Prototype", "Release"])))
        except REFUSALS:
            return

    def advance(self, data: st.DataObject) -> None:
        """An advance of a client, or for its scope, is issued and paid in whole or in part."""
        fred, client = self.world["Fred"], data.draw(st.sampled_from(CLIENTS))
        amount = Money(data.draw(st.sampled_from([1, 4_001, 30_000])), CURRENCY[client])
        of = {"sow_id": self.world.sows[client]} if data.draw(st.booleans()) else {}
        of["account_id"] = self.world.clients[client]
        made = self.attempt(ask_deposit, fred, amount=amount, **of)
        if made is not None and self.attempt(issue_invoice, fred, made.id):
            part = max(made.total_minor * data.draw(st.sampled_from([30, 100, 100])) // 100, 1)
            how = {"amount": Money(part, made.currency), "received_on": TODAY}
            self.attempt(record_payment, fred, made.id, **how)

    def draw(self, data: st.DataObject) -> None:
        """Finance says how much a draft takes off."""
        invoice = self.chosen(data, "draft")
        if invoice is not None:
            amount = data.draw(st.sampled_from([None, 0, 1, 2_000]))
            given = None if amount is None else Money(amount, invoice.currency)
            self.attempt(set_deposit, self.world["Fred"], invoice.id, amount=given)

    def give_back(self, data: st.DataObject) -> None:
        asked = {line.invoice_id for line in rows(InvoiceLine) if line.kind == "deposit"}
        if asked:
            invoice_id = data.draw(st.sampled_from(sorted(asked)))
            self.attempt(give_back_deposit, self.world["Fred"], invoice_id, reason="x")

    def later(self, data: st.DataObject) -> None:
        """A line is moved to later, and perhaps brought back."""
        invoice = self.chosen(data, "draft")
        lines = self.lines_of(invoice)
        if invoice is not None and lines:
            line, day = data.draw(st.sampled_from(lines)), TODAY + timedelta(days=9)
            self.attempt(bill_later, self.world["Fred"], invoice.id, line_id=line.id, not_before=day)
            if data.draw(st.booleans()):
                self.attempt(bring_back_to, self.world["Fred"], invoice.id)

    def raise_cap(self, data: st.DataObject) -> None:
        more = data.draw(st.sampled_from([10_000, 20_000, 100_000]))
        with db.unit_of_work() as session:
            line = session.get_one(SowLine, self.world.lines["Engineering"])
            line.cap_minor = None if line.cap_minor is None else line.cap_minor + more

    def draft(self, data: st.DataObject) -> None:
        client, day = data.draw(st.sampled_from(CLIENTS)), data.draw(st.integers(0, 7))
        inputs = {
            "account_id": self.world.clients[client],
            "until": MON + timedelta(days=day),
            "grouping": data.draw(st.sampled_from([None, "person", "day", "none"])),
            "include": data.draw(st.sampled_from([EVERYTHING, ("time", "milestones"), ("expenses",), ()])),
        }
        self.attempt(draft_invoice, self.world["Fred"], **inputs)

    def bill(self, data: st.DataObject) -> None:
        """A draft of everything, issued at once and perhaps paid in part."""
        fred, client = self.world["Fred"], data.draw(st.sampled_from(CLIENTS))
        made = self.attempt(draft_invoice, fred, account_id=self.world.clients[client], until=TODAY)
        if made is not None and self.attempt(issue_invoice, fred, made.id) and data.draw(st.booleans()):
            part = Money(made.total_minor // 2 + 1, made.currency)
            self.attempt(record_payment, fred, made.id, amount=part, received_on=TODAY)

    def correct(self, data: st.DataObject) -> None:
        """An invoice is voided, and what it freed is billed again."""
        invoice = self.chosen(data, "issued")
        if invoice is not None and self.attempt(void_invoice, self.world["Fred"], invoice.id, reason="x"):
            self.bill(data)

    def credit(self, data: st.DataObject) -> Invoice | None:
        """Some lines of an invoice are given back, whole or in part, to be billed again or not."""
        invoice = self.chosen(data, "issued")
        found = self.lines_of(invoice)
        if invoice is None or not found:
            return None
        chosen = data.draw(st.lists(st.sampled_from(found), min_size=1, max_size=3, unique_by=id))
        lines = tuple(self.part(data, line, invoice.currency) for line in chosen)
        return self.attempt(credit_invoice, self.world["Fred"], invoice.id, lines=lines, reason="x")

    def part(self, data: st.DataObject, line: InvoiceLine, currency: str) -> CreditLine:
        release, whole = data.draw(st.booleans()), data.draw(st.booleans())
        if whole:
            return CreditLine(int(line.id or 0), release=release)
        if line.minutes is not None:
            minutes = data.draw(st.integers(1, max(line.minutes, 1)))
            return CreditLine(int(line.id or 0), minutes=minutes, release=release)
        part = Money(line.net_minor * data.draw(st.sampled_from([1, 33, 100])) // 100, currency)
        return CreditLine(int(line.id or 0), amount=part, release=release)

    def rebill(self, data: st.DataObject) -> None:
        """A whole invoice is given back to be billed again, and is."""
        invoice = self.chosen(data, "issued")
        lines = tuple(CreditLine(int(one.id or 0), release=True) for one in self.lines_of(invoice))
        if invoice and self.attempt(credit_invoice, self.world["Fred"], invoice.id, lines=lines, reason="x"):
            self.bill(data)

    def lines_of(self, invoice: Invoice | None) -> list[InvoiceLine]:
        return rows(InvoiceLine, invoice_id=invoice.id) if invoice else []

    def chosen(self, data: st.DataObject, status: str) -> Invoice | None:
        found = [one for one in rows(Invoice) if one.status == status]
        return data.draw(st.sampled_from(found)) if found else None

    def discard(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "draft")
        if invoice is not None:
            self.attempt(discard_draft, self.world["Fred"], invoice.id)

    def regroup(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "draft")
        if invoice is not None:
            grouping = data.draw(st.sampled_from(["task", "day"]))
            self.attempt(regroup_draft, self.world["Fred"], invoice.id, grouping=grouping)

    def remove(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "draft")
        lines = [line.id for line in rows(InvoiceLine, invoice_id=invoice.id)] if invoice else []
        if invoice and lines:
            line_id = data.draw(st.sampled_from(lines))
            self.attempt(remove_line, self.world["Fred"], invoice.id, line_id=line_id)

    def add(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "draft")
        if invoice is not None:
            amount = Money(data.draw(st.sampled_from([333, -77])), invoice.currency)
            inputs = {"description": "By hand", "amount": amount, "quantity": 3}
            self.attempt(add_line, self.world["Fred"], invoice.id, **inputs)

    def issue(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "draft")
        if invoice is not None:
            self.attempt(issue_invoice, self.world["Fred"], invoice.id)

    def pay(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "issued")
        if invoice is not None:
            percent = data.draw(st.sampled_from([1, 50, 100, 130]))
            amount = Money(max(invoice.total_minor * percent // 100, 1), invoice.currency)
            inputs = {"amount": amount, "received_on": TODAY, "even_if_known": True}
            self.attempt(record_payment, self.world["Fred"], invoice.id, **inputs)

    def pay_abroad(self, data: st.DataObject) -> None:
        """Money in another currency, at the day's rates or for all that is open."""
        invoice = self.chosen(data, "issued")
        if invoice is not None:
            other = "USD" if invoice.currency == "EUR" else "EUR"
            amount = Money(data.draw(st.sampled_from([1, 3_333, 20_000])), other)
            settles = Money(invoice.total_minor, invoice.currency) if data.draw(st.booleans()) else None
            inputs = {"amount": amount, "received_on": TODAY, "even_if_known": True, "settles": settles}
            self.attempt(record_payment, self.world["Fred"], invoice.id, **inputs)

    def refund(self, data: st.DataObject) -> None:
        """A part of a payment, or all of it, is given back by a transfer."""
        payments = rows(Payment)
        if payments:
            paid = data.draw(st.sampled_from(payments))
            part = max(paid.amount_minor * data.draw(st.sampled_from([1, 40, 100])) // 100, 1)
            inputs = {"amount": Money(part, paid.currency), "reason": "x", "by": "bank"}
            self.attempt(start_refund, self.world["Fred"], paid.id, **inputs)

    def write_off(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "issued")
        if invoice is not None:
            self.attempt(write_off_invoice, self.world["Fred"], invoice.id, reason="x")

    def reopen(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "written_off")
        if invoice is not None:
            self.attempt(reopen_invoice, self.world["Fred"], invoice.id)

    def reverse(self, data: st.DataObject) -> None:
        payments = [one.id for one in rows(Payment)]
        if payments:
            payment_id = data.draw(st.sampled_from(payments))
            self.attempt(reverse_payment, self.world["Fred"], payment_id, reason="x")

    def use_credit(self, data: st.DataObject) -> None:
        invoice = self.chosen(data, "issued")
        if invoice is not None:
            self.attempt(use_credit, self.world["Fred"], invoice.id)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("count", [pytest.param(2_500, marks=pytest.mark.soak)] if SOAK else [50])
def test_the_books_hold_under_any_sequence(kind, count, request, clock, shelf, tmp_path):
    if kind == "sqlite":
        kept = shelf.file((make_world,), request.getfixturevalue)
        shutil.copyfile(kept.place, tmp_path / "books.db")
        engine, world = db.make_engine(f"sqlite:///{tmp_path / 'books.db'}"), kept.made
    else:
        engine = shelf.pool((make_world,), request.getfixturevalue)
        world = shelf.database((make_world,), request.getfixturevalue).made
    machine = type("Machine", (Books,), {"engine": engine, "world": world, "clock": clock})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
