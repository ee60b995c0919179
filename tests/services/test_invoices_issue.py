"""Issuing: the number, what is frozen, what is missing, and who is told."""

import json
from datetime import date, timedelta

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, Problems
from psa_app.models import (
    Account,
    BankAccount,
    Contact,
    Firm,
    Invoice,
    NumberSeries,
    Outbox,
    PortalLink,
    TaxNumber,
    TaxRate,
    TimeEntry,
)
from psa_app.queries.invoices.ready import before_issue, tax_hint
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import add_line, change_draft
from psa_app.services.invoices.issue import issue_invoice, mail_invoice
from tests.support.world import MON, TUE, World, ask, do, make_world, past, row, rows

TODAY = date(2026, 11, 23)


def drafted(world: World, client: str = "Northwind", task: str = "Build", day: date = MON) -> Invoice:
    world.worked("Ann", task, day, 60)
    return do(draft_invoice, world["Fred"], account_id=world.clients[client], until=TODAY)


def change(model: type, row_id: int, **values: object) -> None:
    with db.unit_of_work() as session:
        record = session.get_one(model, row_id)
        for name, value in values.items():
            setattr(record, name, value)


def test_an_issued_invoice_has_a_number_a_day_and_a_day_to_pay(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world).id)
    assert (invoice.number, invoice.status) == ("INV-2026-0001", "issued")
    assert (invoice.issued_on, invoice.due_on) == (TODAY, TODAY + timedelta(days=30))
    assert invoice.issued_by == world["Fred"].user_id
    assert past("invoice", invoice.id) == ["drafted", "issued"]


def test_numbers_run_without_a_gap_also_over_failed_attempts(world):
    do(issue_invoice, world["Fred"], drafted(world, day=MON).id)
    second = drafted(world, day=TUE)
    change(Account, world.clients["Northwind"], purchase_order_needed=True)
    with pytest.raises(Invalid, match="purchase order"):
        do(issue_invoice, world["Fred"], second.id)
    change(Account, world.clients["Northwind"], purchase_order_needed=False)
    assert do(issue_invoice, world["Fred"], second.id).number == "INV-2026-0002"


def test_numbers_begin_anew_each_year(world, clock):
    do(issue_invoice, world["Fred"], drafted(world, day=MON).id)
    clock.forward(days=60)
    assert do(issue_invoice, world["Fred"], drafted(world, day=TUE).id).number == "INV-2027-0001"


def test_a_firm_may_begin_at_a_number_of_its_own(world):
    (series,) = rows(NumberSeries, kind="invoice", sandbox=False)
    change(NumberSeries, series.id, next_number=142)
    assert do(issue_invoice, world["Fred"], drafted(world).id).number == "INV-2026-0142"


def test_a_number_that_is_taken_is_not_given_twice(world):
    do(issue_invoice, world["Fred"], drafted(world).id)
    (series,) = rows(NumberSeries, kind="invoice", sandbox=False)
    change(NumberSeries, series.id, next_number=1)
    with pytest.raises(Conflict, match="INV-2026-0001 is taken"):
        do(issue_invoice, world["Fred"], drafted(world, day=TUE).id)


def test_the_day_of_issue_never_lies_before_the_last(world):
    first, second = drafted(world, day=MON), drafted(world, "Kestrel", "Advise", TUE)
    do(issue_invoice, world["Fred"], first.id, issued_on=date(2026, 11, 20))
    with pytest.raises(Invalid, match=r"2026-11-20\. Choose that day or a later one") as caught:
        do(issue_invoice, world["Fred"], second.id, issued_on=date(2026, 11, 19))
    assert caught.value.field == "issued_on"
    assert do(issue_invoice, world["Fred"], second.id, issued_on=date(2026, 11, 20)).number == "INV-2026-0002"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (TODAY + timedelta(days=1), "in the future"),
        (date(9999, 12, 31), "in the future"),
        (date(1, 1, 1), "too long ago"),
        (date(2026, 10, 31), "closed up to 2026-10-31"),
    ],
)
def test_a_day_in_the_future_or_in_a_closed_period_is_refused(world, day, sentence):
    change(Firm, 1, books_closed_through=date(2026, 10, 31))
    with pytest.raises(Invalid, match=sentence):
        do(issue_invoice, world["Fred"], drafted(world).id, issued_on=day)


def test_the_day_is_the_firms_day(world, clock):
    from datetime import UTC, datetime

    clock.set(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))  # half past midnight in Salzburg
    assert do(issue_invoice, world["Fred"], drafted(world).id).issued_on == date(2026, 11, 24)


def test_what_is_printed_is_frozen(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world).id)
    change(Firm, 1, legal_name="Other GmbH", street="Elsewhere 1", invoice_footer="New")
    change(Account, world.clients["Northwind"], legal_name="Renamed AG", street="Moved 2")
    change(BankAccount, invoice.bank_account_id, iban="", holder="Nobody")
    after = row(Invoice, invoice.id)
    assert after.seller == "Harbour Studio GmbH\nKaigasse 4, 5020 Salzburg\nAustria\nVAT ATU62895905"
    assert after.buyer == "Northwind GmbH\nHafenstraße 12, 20457 Hamburg\nGermany\nVAT DE136695976"
    assert after.bank == "Payee: Harbour Studio GmbH\nIBAN: AT61 1904 3002 3457 3201\nBIC: BKAUATWW"
    assert after.footer == "Thank you."


def test_the_exchange_rate_of_the_day_is_frozen(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world, "Kestrel", "Advise").id)
    assert invoice.base_rate_nano == 900_000_000


def test_without_an_exchange_rate_a_foreign_invoice_waits(world):
    invoice = drafted(world, "Kestrel", "Advise")
    with pytest.raises(Invalid, match="no exchange rate from USD to EUR for 2026-11-01"):
        do(issue_invoice, world["Fred"], invoice.id, issued_on=date(2026, 11, 1))


def test_entries_on_an_issued_invoice_are_invoiced(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world).id)
    (entry,) = rows(TimeEntry)
    assert entry.status == "invoiced"
    assert past("time_entry", entry.id)[-1] == "invoiced"
    assert invoice.status == "issued"


def test_an_entry_that_a_cap_has_cut_stays_approved(database, clock):
    world = make_world(cap=6_000)
    do(issue_invoice, world["Fred"], drafted(world).id)
    assert rows(TimeEntry)[0].status == "approved"


LACKS = {
    "purchase_order": lambda world, invoice: change(
        Account, world.clients["Northwind"], purchase_order_needed=True
    ),
    "service_from": lambda world, invoice: change(Invoice, invoice.id, service_from=None),
    "tax": lambda world, invoice: change(TaxNumber, rows(TaxNumber)[0].id, kind="tax"),
    "seller": lambda world, invoice: change(Firm, 1, street=""),
    "buyer": lambda world, invoice: change(Account, world.clients["Northwind"], city=""),
    "bank_account_id": lambda world, invoice: change(Invoice, invoice.id, bank_account_id=None),
    "letters": lambda world, invoice: change(Invoice, invoice.id, note="東京"),
}


@pytest.mark.parametrize("field", LACKS)
def test_what_is_missing_is_told_before_the_issue_and_stops_it(world, field):
    invoice = drafted(world)
    assert ask(before_issue, world["Fred"], invoice.id) == ()
    LACKS[field](world, invoice)
    (lack,) = ask(before_issue, world["Fred"], invoice.id)
    assert (lack.field, lack.is_warning) == (field, False)
    with pytest.raises(Invalid) as caught:
        do(issue_invoice, world["Fred"], invoice.id)
    assert (caught.value.field, caught.value.sentence) == (field, lack.sentence)
    assert row(Invoice, invoice.id).status == "draft"


def test_everything_that_is_missing_is_told_at_once(world):
    invoice = drafted(world)
    for field in ("purchase_order", "seller", "letters"):
        LACKS[field](world, invoice)
    with pytest.raises(Problems) as caught:
        do(issue_invoice, world["Fred"], invoice.id)
    assert set(caught.value.fields) == {"purchase_order", "seller", "letters"}


def test_reverse_charge_needs_the_clients_vat_number(world):
    reverse = next(tax for tax in rows(TaxRate) if tax.kind == "reverse_charge")
    change(Account, world.clients["Northwind"], tax_rate_id=reverse.id, vat_id="")
    with pytest.raises(Invalid, match="VAT number of Northwind"):
        do(issue_invoice, world["Fred"], drafted(world).id)


def test_tax_for_a_business_in_another_member_state_is_warned_of(world):
    change(Account, world.clients["Northwind"], country="DE", vat_id="DE136695976")
    invoice = drafted(world)
    assert "Northwind is a business in DE" in ask(
        lambda session, _: tax_hint(session, invoice), world["Fred"]
    )
    change(Account, world.clients["Northwind"], country="AT", vat_id="ATU62895905")
    assert ask(lambda session, _: tax_hint(session, invoice), world["Fred"]) == ""


def test_an_invoice_over_nothing_or_less_is_refused(world):
    invoice = drafted(world)
    do(add_line, world["Fred"], invoice.id, description="Goodwill", amount=Money(-12_000, "EUR"))
    with pytest.raises(Invalid, match="not above zero"):
        do(issue_invoice, world["Fred"], invoice.id)


def test_a_client_whom_nobody_reads_for_is_only_a_warning(world):
    for contact in rows(Contact):
        change(Contact, contact.id, is_billing=False)
    invoice = drafted(world)
    found = {lack.field: lack.is_warning for lack in ask(before_issue, world["Fred"], invoice.id)}
    assert found["contact"] is True
    assert all(found.values())
    do(issue_invoice, world["Fred"], invoice.id)
    with pytest.raises(Invalid, match="Nobody at Northwind gets invoices"):
        do(mail_invoice, world["Fred"], invoice.id)


def mails(kind: str) -> list[dict]:
    return [json.loads(one.payload) for one in rows(Outbox, kind="mail") if kind in one.payload]


def test_each_billing_contact_gets_a_mail_with_a_link_of_their_own_and_the_pdf(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world).id)
    (mail,) = mails("invoice_issued")
    assert mail["to"] == ["nina@northwind.example"]
    assert mail["path"].startswith("/open/")
    assert mail["attach"] == {"invoice_pdf": invoice.id}
    assert mail["values"]["amount"] == "€144.00"
    assert mail["values"]["due"] == "23 Dec 2026"
    assert len(rows(PortalLink, document="invoice", document_id=invoice.id)) == 1
    assert [one.key for one in rows(Outbox, kind="invoice_pdf")] == [f"invoice-pdf-{invoice.id}"]


def test_an_invoice_can_be_mailed_again(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world).id)
    do(mail_invoice, world["Fred"], invoice.id)
    do(mail_invoice, world["Fred"], invoice.id)
    assert len(mails("invoice_issued")) == 3
    assert past("invoice", invoice.id)[-2:] == ["mailed again", "mailed again"]


def test_a_draft_is_not_mailed(world):
    with pytest.raises(Conflict, match="Only an issued invoice"):
        do(mail_invoice, world["Fred"], drafted(world).id)


def test_test_invoices_have_a_series_of_their_own(database, clock):
    world = make_world(provider="sandbox")
    invoice = do(issue_invoice, world["Fred"], drafted(world).id)
    assert (invoice.number, invoice.is_sandbox) == ("TEST-INV-2026-0001", True)


def test_the_mode_of_the_day_of_issue_counts(world):
    invoice = drafted(world)
    change(Firm, 1, payment_provider="sandbox")
    assert do(issue_invoice, world["Fred"], invoice.id).number == "TEST-INV-2026-0001"


def test_editing_between_draft_and_issue_is_kept(world):
    invoice = drafted(world)
    do(
        change_draft,
        world["Fred"],
        invoice.id,
        version=invoice.version,
        service_from=MON,
        service_to=TUE,
        payment_days=0,
        bank_account_id=invoice.bank_account_id,
    )
    assert do(issue_invoice, world["Fred"], invoice.id).due_on == TODAY


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_issue(world, who):
    with pytest.raises(Forbidden):
        do(issue_invoice, world[who], drafted(world).id)
