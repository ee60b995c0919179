"""Deposits: asked once, taken off once they are paid, never twice, given back when nobody uses them."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Problems, Stale
from psa_app.models import Account, BilledDeposit, DepositUse, Invoice, InvoiceLine, Payment, Sow
from psa_app.queries.books.ledger import books
from psa_app.queries.books.statement import client_statement, statement_paper
from psa_app.queries.contracts.paper import sow_paper
from psa_app.queries.home.waiting import waiting
from psa_app.queries.invoices.deposits import client_deposits, deposit_view, scope_deposits
from psa_app.queries.invoices.ready import before_issue
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput, RateInput
from psa_app.services.contracts.thresholds import set_threshold
from psa_app.services.contracts.write import create_sow
from psa_app.services.invoices.amounts import set_discount
from psa_app.services.invoices.credit import CreditLine, credit_invoice, preview_credit
from psa_app.services.invoices.deposits import ask_deposit, give_back_deposit, set_deposit
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.edit import add_line, remove_line
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments.record import record_payment, reverse_payment
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import MON, TUE, World, ask, do, make_world, past, row, rows, sign

TODAY = date(2026, 11, 23)


def made() -> World:
    """Northwind has a second scope, "Support", with a deposit of 30 % of its cap of 4,000.00."""
    world = make_world()
    world.sows["Checkout"] = world.sows["Northwind"]
    with db.unit_of_work() as session:
        cap = Money(400_000, "EUR")
        line = LineInput("Support", "time_and_materials", cap=cap, rates=(RateInput(Money(9_000, "EUR")),))
        head = Head("Support", date(2026, 1, 1), deposit_ppm=300_000)
        world.sows["Support"] = sign(session, world, "Northwind", "Nina", head, (line,))
    return world


world = prepared(made, only_sqlite=True)


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def asked(world: World, **inputs: Any) -> int:
    """The id of a draft that asks for a deposit."""
    given = {"account_id": world.clients["Northwind"]} | inputs
    return int(do(ask_deposit, world["Fred"], **given).id)


def issued(world: World, invoice_id: int) -> Invoice:
    return do(issue_invoice, world["Fred"], invoice_id)  # type: ignore[no-any-return]


def paid(world: World, invoice_id: int, amount: int | None = None) -> Payment:
    much = eur(row(Invoice, invoice_id).total_minor if amount is None else amount)
    how: dict[str, Any] = {"amount": much, "received_on": TODAY, "method": "bank_transfer"}
    return do(record_payment, world["Fred"], invoice_id, **how)  # type: ignore[no-any-return]


def advance(world: World, amount: int = 100_000, **inputs: Any) -> int:
    """An advance that is issued and paid; its invoice's id."""
    invoice_id = asked(world, amount=eur(amount), **inputs)
    issued(world, invoice_id)
    paid(world, invoice_id)
    return invoice_id


def drafted(world: World, minutes: int = 600, day: date = MON) -> Invoice:
    """A draft for Northwind's time at 120.00 an hour."""
    world.worked("Ann", "Build", day, minutes)
    return do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)  # type: ignore[no-any-return]


def printed(invoice_id: int) -> list[tuple[str, int]]:
    with db.reading() as session:
        lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
        return [(one.kind, one.net_minor) for one in session.exec(lines.order_by(InvoiceLine.position))]  # type: ignore[arg-type]


def left(world: World) -> list[tuple[int, int, int, int]]:
    found = ask(client_deposits, world["Fred"], world.clients["Northwind"])
    return [(one.asked, one.paid, one.used, one.open) for one in found]


def used_line(invoice_id: int) -> int:
    return next(one.id for one in rows(InvoiceLine, invoice_id=invoice_id) if one.kind == "deposit_used")


def test_a_scopes_deposit_is_a_share_of_its_value_and_asked_once(world: World) -> None:
    scope = {"sow_id": world.sows["Support"]}
    invoice_id = asked(world, **scope)
    draft = row(Invoice, invoice_id)
    assert printed(invoice_id) == [("deposit", 120_000)]
    assert (draft.total_minor, draft.sow_id) == (144_000, world.sows["Support"])
    with pytest.raises(Conflict, match="asked for already"):
        asked(world, **scope)
    do(discard_draft, world["Fred"], invoice_id)
    again = asked(world, **scope)
    assert ask(before_issue, world["Fred"], again) == ()  # no service period is wanted of a deposit
    issued(world, again)
    do(void_invoice, world["Fred"], again, reason="Wrong address")
    assert [one.released_at is None for one in rows(BilledDeposit)] == [False]
    assert printed(asked(world, **scope)) == [("deposit", 120_000)]
    check_books()


def test_only_what_is_paid_is_taken_off(world: World) -> None:
    invoice_id = asked(world, amount=eur(100_000))
    issued(world, invoice_id)
    draft = drafted(world)
    assert printed(int(draft.id or 0)) == [("time", 120_000)]
    do(discard_draft, world["Fred"], draft.id)
    paid(world, invoice_id, 60_000)
    assert left(world) == [(100_000, 50_000, 0, 50_000)]
    draft = drafted(world, 60, TUE)
    assert printed(int(draft.id or 0)) == [("time", 132_000), ("deposit_used", -50_000)]
    assert (draft.net_minor, draft.tax_minor) == (82_000, 16_400)
    assert left(world) == [(100_000, 50_000, 50_000, 0)]
    issued(world, int(draft.id or 0))
    check_books()


def test_an_invoice_never_falls_below_zero_and_what_is_left_comes_off_the_next(world: World) -> None:
    advance(world)
    first = drafted(world, 300)
    assert printed(int(first.id or 0)) == [("time", 60_000), ("deposit_used", -60_000)]
    assert (first.total_minor, ask(before_issue, world["Fred"], first.id)) == (0, ())
    issued(world, int(first.id or 0))
    second = drafted(world, 300, TUE)
    assert printed(int(second.id or 0)) == [("time", 60_000), ("deposit_used", -40_000)]
    assert left(world) == []
    check_books()


def test_a_draft_takes_off_what_finance_says(world: World) -> None:
    advance(world)
    draft = int(drafted(world, 300).id or 0)
    do(set_deposit, world["Fred"], draft, amount=eur(25_000))
    assert printed(draft)[-1] == ("deposit_used", -25_000)
    do(add_line, world["Fred"], draft, description="Domain", amount=eur(2_000))
    assert printed(draft) == [("time", 60_000), ("manual", 2_000), ("deposit_used", -25_000)]
    do(set_deposit, world["Fred"], draft, amount=eur(0))
    assert printed(draft) == [("time", 60_000), ("manual", 2_000)]
    do(set_deposit, world["Fred"], draft)
    assert printed(draft)[-1] == ("deposit_used", -62_000)
    for amount, sentence in (
        (eur(62_001), "At most"),
        (eur(-1), "zero or more"),
        (Money(1, "USD"), "in EUR"),
    ):
        with pytest.raises(Invalid, match=sentence):
            do(set_deposit, world["Fred"], draft, amount=amount)
    with pytest.raises(Conflict, match="how much of the deposit"):
        do(remove_line, world["Fred"], draft, line_id=used_line(draft))
    check_books()


def test_a_discount_comes_off_the_work_before_the_deposit_does(world: World) -> None:
    advance(world, 500_000)
    draft = int(drafted(world, 600).id or 0)
    do(set_discount, world["Fred"], draft, percent_ppm=100_000, text="Loyalty")
    assert printed(draft) == [("time", 120_000), ("discount", -12_000), ("deposit_used", -108_000)]
    check_books()


def test_a_scopes_deposit_is_for_its_own_work(world: World) -> None:
    deposit = asked(world, sow_id=world.sows["Support"])
    issued(world, deposit)
    paid(world, deposit)
    draft = drafted(world)
    assert printed(int(draft.id or 0)) == [("time", 120_000)]  # of another scope
    found = ask(scope_deposits, world["Fred"], world.sows["Support"])
    assert [(one.open, one.number) for one in found] == [(120_000, row(Invoice, deposit).number)]


def test_what_voiding_or_discarding_frees_is_open_again(world: World) -> None:
    advance(world)
    draft = int(drafted(world, 300).id or 0)
    do(discard_draft, world["Fred"], draft)
    assert left(world) == [(100_000, 100_000, 0, 100_000)]
    again = int(drafted(world, 600, TUE).id or 0)
    issued(world, again)
    assert left(world) == []
    do(void_invoice, world["Fred"], again, reason="Wrong")
    assert left(world) == [(100_000, 100_000, 0, 100_000)]
    check_books()


def test_a_credit_gives_the_deposit_back_in_whole_or_in_part(world: World) -> None:
    advance(world)
    invoice_id = int(drafted(world, 600).id or 0)
    issued(world, invoice_id)  # 1,200.00 less 1,000.00
    time = next(one.id for one in rows(InvoiceLine, invoice_id=invoice_id) if one.kind == "time")
    part = (
        CreditLine(int(time), minutes=300, release=True),
        CreditLine(used_line(invoice_id), amount=eur(-45_000)),
    )
    note = do(credit_invoice, world["Fred"], invoice_id, lines=part, reason="Half")
    assert (note.net_minor, note.total_minor) == (15_000, 18_000)
    assert left(world) == [(100_000, 100_000, 55_000, 45_000)]
    check_books()
    rest = (CreditLine(int(time), release=True), CreditLine(used_line(invoice_id)))
    do(credit_invoice, world["Fred"], invoice_id, lines=rest, reason="The rest")
    assert left(world) == [(100_000, 100_000, 0, 100_000)]
    assert [one.amount_minor for one in rows(DepositUse) if one.released_at] == [55_000, 45_000]
    check_books()
    again = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    assert printed(again.id) == [("time", 120_000), ("deposit_used", -100_000)]


def test_what_invoices_take_off_of_a_deposit_cannot_be_credited_or_voided(world: World) -> None:
    deposit = advance(world)
    invoice_id = int(drafted(world, 300).id or 0)
    line = rows(InvoiceLine, invoice_id=deposit)[0].id
    more = (CreditLine(line, amount=eur(40_001)),)
    with pytest.raises(Invalid, match="Credit those first"):
        ask(preview_credit, world["Fred"], deposit, lines=more)
    assert ask(preview_credit, world["Fred"], deposit, lines=(CreditLine(line),)).net == 40_000
    payment = rows(Payment)[0]
    do(reverse_payment, world["Fred"], payment.id, reason="Bounced")
    with pytest.raises(Conflict, match="take the deposit"):
        do(void_invoice, world["Fred"], deposit, reason="x")
    with pytest.raises((Invalid, Problems), match="Less of the deposit is open"):
        issued(world, invoice_id)
    do(set_deposit, world["Fred"], invoice_id)
    assert printed(invoice_id) == [("time", 60_000)]
    issued(world, invoice_id)
    do(void_invoice, world["Fred"], deposit, reason="x")
    check_books()


def test_the_rest_of_a_deposit_is_given_back_as_money_on_account(world: World) -> None:
    deposit = advance(world)
    issued(world, int(drafted(world, 300).id or 0))
    note = do(give_back_deposit, world["Fred"], deposit, reason="The work is done")
    assert (note.net_minor, note.total_minor, note.credits_id) == (40_000, 48_000, deposit)
    assert left(world) == []
    with pytest.raises(Conflict, match="Nothing of a deposit"):
        do(give_back_deposit, world["Fred"], deposit, reason="Again")
    assert "credited" in past("invoice", deposit)
    check_books()


def test_a_deposit_is_a_liability_until_it_is_taken_off(world: World) -> None:
    advance(world)
    assert balances() == {"deposits": -100_000}
    issued(world, int(drafted(world, 300).id or 0))
    assert balances() == {"deposits": -40_000, "services": -60_000}


def balances() -> dict[str, int]:
    with db.reading() as session:
        found: dict[str, int] = {}
        for entry in books(session, date(2026, 1, 1), TODAY).entries:
            assert entry.balance == 0
            for one in entry.postings:
                found[one.account] = found.get(one.account, 0) + one.amount
    return {name: amount for name, amount in found.items() if name in ("deposits", "services") and amount}


@pytest.mark.parametrize(
    ("inputs", "error", "sentence"),
    [
        ({}, Invalid, "Give the amount of the advance"),
        ({"amount": eur(0)}, Invalid, "above zero"),
        ({"amount": Money(1, "XXX")}, Invalid, "currency"),
        ({"amount": eur(10**14)}, Invalid, "above zero"),
        ({"account_id": 999, "amount": eur(1)}, NotFound, "."),
    ],
)
def test_an_advance_that_makes_no_sense_is_refused(
    world: World, inputs: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        asked(world, **inputs)
    assert rows(Invoice) == []


def test_a_deposit_fits_its_scope_and_its_client(world: World) -> None:
    kestrel = world.sows["Kestrel"]
    with pytest.raises(Invalid, match="another client"):
        asked(world, sow_id=kestrel, amount=eur(1))
    with pytest.raises(Invalid, match="is in USD"):
        asked(world, account_id=world.clients["Kestrel"], sow_id=kestrel, amount=eur(1))
    with pytest.raises(Invalid, match="agrees no deposit"):
        asked(world, sow_id=world.sows["Checkout"])
    with pytest.raises(Forbidden):
        do(ask_deposit, world["Lea"], account_id=world.clients["Northwind"], amount=eur(1))


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ({"deposit": eur(1), "deposit_ppm": 1}, "deposit_percent"),
        ({"deposit": eur(400_001)}, "deposit"),
        ({"deposit": Money(1, "USD")}, "deposit"),
        ({"bill_at_minutes": 0}, "bill_at_minutes"),
        ({"bill_at": eur(-5)}, "bill_at"),
    ],
)
def test_a_deposit_that_does_not_fit_is_told_beside_its_field(
    world: World, head: dict[str, Any], field: str
) -> None:
    line = LineInput("Support", "time_and_materials", cap=eur(400_000), rates=(RateInput(eur(9_000)),))

    def write(session: Session) -> None:
        given = Head("More", date(2026, 1, 1), **head)
        create_sow(session, world["Olga"], account_id=world.clients["Northwind"], head=given, lines=(line,))

    before = len(rows(Sow))
    with pytest.raises(Invalid) as refused:
        do(write)
    assert (refused.value.field, len(rows(Sow))) == (field, before)


def test_the_client_sees_what_is_paid_in_advance_and_nobody_elses(world: World) -> None:
    advance(world)
    account_id = world.clients["Northwind"]
    assert [one.open for one in ask(client_deposits, world["Nina"], account_id)] == [100_000]
    draft = drafted(world, 300)  # of which the client does not know
    assert left(world) == [(100_000, 100_000, 60_000, 40_000)]
    assert [one.open for one in ask(client_deposits, world["Nina"], account_id)] == [100_000]
    assert [one.open for one in ask(client_statement, world["Nina"], account_id).deposits] == [100_000]
    issued(world, int(draft.id or 0))
    assert [one.open for one in ask(client_statement, world["Nina"], account_id).deposits] == [40_000]
    for stranger in ("Karl", "Ann"):
        with pytest.raises((NotFound, Forbidden)):
            ask(client_deposits, world[stranger], account_id)
    with db.reading() as session:
        found = client_statement(session, world["Nina"], account_id)
        paper = statement_paper(session, found, session.get_one(Account, account_id))
    assert paper.sections[-1].heading == "Deposits not taken off yet"


def test_an_invoice_tells_what_it_has_to_do_with_deposits(world: World) -> None:
    deposit = advance(world)
    draft = int(drafted(world, 300).id or 0)
    seen = ask(deposit_view, world["Fred"], draft)
    assert ([one.open for one in seen.offered], seen.taken_off, seen.own) == ([100_000], 60_000, ())
    seen = ask(deposit_view, world["Fred"], deposit)
    assert (seen.offered, seen.rest, [one.amount for one in seen.uses]) == ((), 40_000, [60_000])


def test_a_threshold_is_set_on_a_signed_scope(world: World) -> None:
    sow_id = world.sows["Support"]
    version = row(Sow, sow_id).version
    do(set_threshold, world["Fred"], sow_id, version=version, minutes=600, value=eur(90_000))
    scope = row(Sow, sow_id)
    assert (scope.bill_at_minutes, scope.bill_at_minor, scope.status) == (600, 90_000, "signed")
    with pytest.raises(Stale):
        do(set_threshold, world["Fred"], sow_id, version=version)
    with pytest.raises(Invalid, match="above zero"):
        do(set_threshold, world["Fred"], sow_id, version=scope.version, minutes=0)
    do(set_threshold, world["Fred"], sow_id, version=scope.version)
    assert row(Sow, sow_id).bill_at_minutes is None


def test_the_scope_says_on_paper_what_is_due_at_signature(world: World) -> None:
    with db.reading() as session:
        scope = session.get_one(Sow, world.sows["Support"])
        told = [text for section in sow_paper(session, scope).sections for text in section.paragraphs]
    expected = (
        "A deposit of €1,200.00 (30 % of the value) is due at signature. "
        "Once paid, it is taken off later invoices."
    )
    assert expected in told


def test_finance_hears_of_a_deposit_to_ask_and_of_one_that_is_left(world: World, clock: Any) -> None:
    def told(who: str) -> list[tuple[str, int]]:
        found = ask(waiting, world[who], "Europe/Vienna")
        return [(one.kind, one.amount) for one in found if one.kind.startswith("deposit")]

    assert (told("Fred"), told("Ann")) == ([("deposit", 120_000)], [])
    deposit = asked(world, sow_id=world.sows["Support"])
    assert told("Fred") == []
    issued(world, deposit)
    paid(world, deposit)
    with db.unit_of_work() as session:
        session.get_one(Sow, world.sows["Support"]).ends_on = date(2026, 12, 31)
    assert told("Fred") == []
    clock.forward(days=60)
    assert told("Fred") == [("deposit_left", 120_000)]
    do(give_back_deposit, world["Fred"], deposit, reason="The work is done")
    assert told("Fred") == []
