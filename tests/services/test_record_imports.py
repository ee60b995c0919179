"""Records from files: mapped, matched, checked as by hand, written whole or as far as they are good."""

import io
from datetime import date
from typing import Any

import pytest

from psa_app.access import Actor
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.formats.csv_files import read_table
from psa_app.formats.refused_rows import refused_sheet
from psa_app.formats.tables_in import read_any
from psa_app.models import (
    Account,
    Contact,
    History,
    Holiday,
    ImportRun,
    Opportunity,
    OpportunityAmount,
    Person,
    StageChange,
)
from psa_app.resources import RESOURCES
from psa_app.services.imports import Choices, RecordPlan, apply_records, guessed, plan_records
from psa_app.services.lowcode.fields import create_field
from psa_app.services.records import change_record
from tests.support.world import World, ask, do, past, rows


def mapped(who: Actor, kind: str, text: str, **how: Any) -> tuple[Any, Any, Choices]:
    """The declaration, the table of a CSV text, and the columns as guessed."""
    table = read_any(text.encode())
    columns = ask(guessed, who, RESOURCES[kind], table.headers) | how.pop("columns", {})
    return RESOURCES[kind], table, Choices(columns, **how)


def plan(who: Actor, kind: str, text: str, **how: Any) -> RecordPlan:
    return ask(plan_records, who, *mapped(who, kind, text, **how))


def bring(who: Actor, kind: str, text: str, *, only_good: bool = False, **how: Any) -> RecordPlan:
    return do(apply_records, who, *mapped(who, kind, text, **how), only_good=only_good, name="crm.csv")


def outcomes(found: RecordPlan) -> list[str]:
    return [row.outcome for row in found.rows]


def reasons(found: RecordPlan) -> list[str]:
    return [sentence for row in found.refused for _, sentence in row.problems]


def account(name: str) -> Account:
    return next(one for one in rows(Account) if one.name == name)


ACCOUNTS = """Company;Street;City;Country;E-mail;Payment terms;Currency
Osprey GmbH;Ring 1;Wien;Österreich;Info@Osprey.example;14;EUR
Heron AG;Bahnhofstrasse 2;Zürich;CH;;30;chf
"""


def test_new_accounts_come_in_with_their_history_and_the_same_file_again_changes_nothing(
    world: World,
) -> None:
    done = bring(world["Fred"], "accounts", ACCOUNTS)
    assert outcomes(done) == ["new", "new"]
    osprey, heron = account("Osprey GmbH"), account("Heron AG")
    assert (osprey.country, osprey.email, osprey.payment_days) == ("AT", "info@osprey.example", 14)
    assert (osprey.domain, osprey.match_name) == ("osprey.example", "osprey")
    assert (heron.country, heron.currency, heron.kind, heron.own) == ("CH", "CHF", "client", {})
    assert past("account", int(osprey.id)) == ["created"]
    (line,) = rows(History, kind="account", record_id=osprey.id)
    assert line.reason == "Import of crm.csv"

    again = bring(world["Fred"], "accounts", ACCOUNTS)
    assert outcomes(again) == ["same", "same"]
    assert past("account", int(osprey.id)) == ["created"]
    assert account("Osprey GmbH").version == 1
    assert [(one.layout, one.added, one.known) for one in rows(ImportRun)] == [("accounts", 2, 0)]


def test_a_plan_writes_nothing(world: World) -> None:
    before = len(rows(Account)), len(rows(History))
    assert outcomes(plan(world["Fred"], "accounts", ACCOUNTS)) == ["new", "new"]
    assert (len(rows(Account)), len(rows(History))) == before


def test_only_what_differs_is_changed_and_an_empty_cell_changes_nothing(world: World) -> None:
    done = bring(world["Fred"], "accounts", "Name,City,Notes\nNORTHWIND,Bremen,\nKestrel,New York,\n")
    assert outcomes(done) == ["changed", "same"]
    assert done.rows[0].changes == ("Name", "City")
    kept = account("NORTHWIND")
    assert (kept.city, kept.notes, kept.version) == ("Bremen", "Pays late. Do not tell them.", 2)
    assert past("account", int(kept.id))[-1] == "changed"


def test_one_refused_row_stops_all_unless_the_good_ones_are_wanted(world: World) -> None:
    text = "Name,E-mail\nGood,a@good.example\nBad,not an address\n"
    before = len(rows(Account))
    with pytest.raises(Conflict) as caught:
        bring(world["Fred"], "accounts", text)
    assert caught.value.sentence == (
        "Nothing was imported: 1 row is refused. Line 3: Type an e-mail address such as anna@example.com."
    )
    assert len(rows(Account)) == before

    done = bring(world["Fred"], "accounts", text, only_good=True)
    assert outcomes(done) == ["new", "refused"]
    assert len(rows(Account)) == before + 1


def test_the_refused_rows_go_out_with_their_reasons_and_come_in_once_mended(world: World) -> None:
    resource, table, choices = mapped(world["Fred"], "accounts", "Name,E-mail\n=1+1,x\nFine,\n")
    found = ask(plan_records, world["Fred"], resource, table, choices)
    sheet = refused_sheet(table, found.refused).decode("utf-8-sig")
    assert sheet.splitlines() == [
        "Name,E-mail,Line,Why it was refused",
        "'=1+1,x,2,E-mail: Type an e-mail address such as anna@example.com.",
    ]
    mended = sheet.replace(",x,", ",x@y.example,")
    assert outcomes(bring(world["Fred"], "accounts", mended)) == ["new"]
    assert account("=1+1").email == "x@y.example"


def test_each_wrong_cell_is_named_with_its_column(world: World) -> None:
    text = "Name;Kind;Country;Days to pay;Needs a purchase order;Tax\nX;enemy;Atlantis;soon;perhaps;Nothing\n"
    (row,) = plan(world["Fred"], "accounts", text).rows
    assert dict(row.problems) == {
        1: "“enemy” is none of the choices. Write one of: Prospect, Client, Former client, Partner.",
        2: "“Atlantis” is no country that is known here. Write its name, or AT for Austria.",
        3: "“soon” is no number. Write it as 1234.56.",
        4: "“perhaps” is neither yes nor no. Write yes or no.",
        5: "There is no tax “Nothing” here. Add it first, or write the name as it stands.",
    }


def test_html_and_formulas_are_kept_as_text(world: World) -> None:
    text = 'Name,Internal notes\n"=cmd|\' /C calc\'!A0","<script>alert(1)</script>"\n'
    bring(world["Fred"], "accounts", text)
    assert account("=cmd|' /C calc'!A0").notes == "<script>alert(1)</script>"


def test_twins_within_the_file_and_with_what_is_there_are_refused(world: World) -> None:
    text = "Id,Name\n,Robin\n,robin\n,Northwind\n"
    found = plan(world["Fred"], "accounts", text, key=("id",))
    assert reasons(found) == [
        "There is already a client called Robin.",
        "There is already a client called Northwind.",
    ]
    by_name = plan(world["Fred"], "accounts", "Name\nRobin\nROBIN \n")
    assert reasons(by_name) == ["Line 2 has the same name. Keep one of the two."]


def test_parents_within_the_file_come_first_and_a_circle_is_refused(world: World) -> None:
    pairs = "Leaf,Branch Branch,Trunk Trunk, Egg,Hen Hen,Egg Self,Self Chick,Hen Lost,Nowhere"
    text = "\n".join(["Name,Parent", *pairs.split(), ""])
    done = bring(world["Fred"], "accounts", text, only_good=True)
    assert outcomes(done) == ["new"] * 3 + ["refused"] * 5
    assert account("Leaf").parent_id == account("Branch").id
    assert account("Branch").parent_id == account("Trunk").id
    assert reasons(done) == [
        "Lines 5, 6 stand above each other in a circle. Empty one of these cells.",
        "Lines 5, 6 stand above each other in a circle. Empty one of these cells.",
        "This names itself. Empty the cell, or name another one.",
        "Line 6 is refused: mend that first.",
        "There is no parent “Nowhere” here. Add it first, or write the name as it stands.",
    ]


def test_a_circle_made_of_records_that_are_here_is_refused_as_well(world: World) -> None:
    bring(world["Fred"], "accounts", "Name,Parent\nA1,\nB1,A1\n")
    found = plan(world["Fred"], "accounts", "Name,Parent\nA1,B1\n")
    assert "already belongs to this client" in reasons(found)[0]
    two = plan(world["Fred"], "accounts", "Name,Parent\nNorthwind,Kestrel\nKestrel,Northwind\n")
    assert outcomes(two) == ["changed", "refused"]


def test_more_levels_than_five_are_refused(world: World) -> None:
    names = ["L1", "L2", "L3", "L4", "L5", "L6"]
    text = "Name,Parent\n" + "".join(
        f"{one},{above}\n" for one, above in zip(names, ["", *names], strict=False)
    )
    found = plan(world["Fred"], "accounts", text)
    assert outcomes(found) == ["new"] * 5 + ["refused"]
    assert reasons(found) == ["That would be more than 5 levels. Choose a parent further up."]


def test_contacts_find_their_client_by_name_and_themselves_by_address(world: World) -> None:
    text = (
        "First name,Last name,Company,E-mail,May accept scopes and milestones\n"
        "Eva,Moss,northwind,eva@northwind.example,ja\n"
        "Tom,Reed,Nobody Ltd,tom@nobody.example,no\n"
    )
    done = bring(world["Fred"], "contacts", text, only_good=True)
    assert outcomes(done) == ["new", "refused"]
    assert reasons(done) == [
        "There is no client “Nobody Ltd” here. Add it first, or write the name as it stands."
    ]
    eva = next(one for one in rows(Contact) if one.name == "Eva Moss")
    assert (eva.account_id, eva.is_approver) == (world.clients["Northwind"], True)
    assert outcomes(plan(world["Fred"], "contacts", text)) == ["same", "refused"]


def test_opportunities_come_with_stage_money_and_a_first_trace(world: World) -> None:
    text = (
        "Deal name;Client;Stage;Amount;Close date;Probability;Owner;Source\n"
        "Portal;Northwind;Proposal;1.234,56;31.12.2026;60 %;lea@harbour.example;Referral\n"
        "Audit;Kestrel;;US$ 12.000,00;15.01.2027;;;\n"
        "Swap;Northwind;Nowhere;CHF 5.000,00;32.01.2027;;;\n"
    )
    done = bring(world["Fred"], "opportunities", text, only_good=True)
    assert outcomes(done) == ["new", "new", "refused"]
    assert sorted(reasons(done)) == [
        "There is no stage “Nowhere” here. Add it first, or write the name as it stands.",
        "“32.01.2027” is no day of the calendar. Correct it in the file.",
    ]
    portal, audit = rows(Opportunity)[-2:]
    assert (portal.amount_minor, portal.currency, portal.percent, portal.source) == (
        123_456,
        "EUR",
        60,
        "referral",
    )
    assert (portal.expected_on, portal.owner_id) == (date(2026, 12, 31), world["Lea"].user_id)
    assert (audit.amount_minor, audit.currency, audit.percent_is_own) == (1_200_000, "USD", False)
    assert [one.amount_minor for one in rows(OpportunityAmount)] == [123_456, 1_200_000]
    assert [one.opportunity_id for one in rows(StageChange)] == [portal.id, audit.id]
    assert outcomes(plan(world["Fred"], "opportunities", text)) == ["same", "same", "refused"]


def test_cards_of_one_import_keep_their_order(world: World) -> None:
    text = "Title,Client\n" + "".join(f"Card {number},Northwind\n" for number in range(5))
    bring(world["Fred"], "opportunities", text)
    places = [one.position for one in rows(Opportunity)]
    assert places == list(range(places[0], places[0] + 5))


def test_an_open_question_refuses_the_cells_until_it_is_answered(world: World) -> None:
    text = "Title;Client;Amount;Expected\nA;Northwind;1.234;03.04.2027\n"
    found = plan(world["Fred"], "opportunities", text)
    assert [(one.header, one.form.kind, one.form.choices) for one in found.questions] == [
        ("Expected", "order", ("dmy", "mdy")),
        ("Amount", "mark", (".", ",")),
    ] or [(one.header, one.form.kind) for one in found.questions] == [
        ("Amount", "mark"),
        ("Expected", "order"),
    ]
    assert outcomes(found) == ["refused"]
    bring(world["Fred"], "opportunities", text, marks={2: ","}, orders={3: "dmy"})
    made = rows(Opportunity)[-1]
    assert (made.amount_minor, made.expected_on) == (123_400, date(2027, 4, 3))


def test_people_and_holidays_come_in_too(world: World) -> None:
    people = "Mitarbeiter,E-Mail,Rolle,Eintritt\nUma Finch,uma@harbour.example,Engineer,01.02.2026\n"
    assert outcomes(bring(world["Olga"], "people", people, orders={3: "dmy"})) == ["new"]
    assert rows(Person)[-1].hired_on == date(2026, 2, 1)
    days = "Calendar,Day,Name\nat,2027-12-24,Heiliger Abend\nAT,2027-12-24,Christmas Eve\n"
    assert outcomes(plan(world["Olga"], "holidays", days)) == ["new", "refused"]
    assert outcomes(bring(world["Olga"], "holidays", days.rsplit("AT", 1)[0])) == ["new"]
    assert rows(Holiday, name="Heiliger Abend")[0].calendar == "AT"


def test_own_fields_are_mapped_by_their_label_and_can_be_the_key(world: World) -> None:
    for label, kind, choices in (("CRM number", "text", ()), ("Sector", "choice", ("Public", "Private"))):
        do(create_field, world["Olga"], kind="accounts", label=label, type=kind, choices=choices)
    text = "CRM number,Name,Sector\nC-1,Osprey,public\nC-2,Heron,Private\n"
    bring(world["Fred"], "accounts", text)
    assert account("Osprey").own == {"crm_number": "C-1", "sector": "Public"}
    renamed = text.replace("Osprey", "Osprey Group")
    done = bring(world["Fred"], "accounts", renamed, key=("own_crm_number",))
    assert outcomes(done) == ["changed", "same"]
    assert account("Osprey Group").own["crm_number"] == "C-1"


def test_records_are_found_by_their_domain(world: World) -> None:
    bring(world["Fred"], "accounts", "Name,Website\nOsprey,https://www.osprey.example/en\n")
    found = plan(world["Fred"], "accounts", "Name,Website\nOsprey Group,osprey.example\n", key=("domain",))
    assert outcomes(found) == ["changed"]


def test_our_own_file_comes_back_without_a_change(world: World) -> None:
    from psa_app.formats.csv_out import write_csv
    from psa_app.queries.exports import export_table

    bring(world["Fred"], "accounts", "Name,Parent,E-mail\n=Formula,Northwind,a@b.example\n")
    bring(world["Fred"], "opportunities", "Title,Client,Amount\nPortal,Northwind,1234.56\n")
    for kind in ("accounts", "contacts", "opportunities", "roles"):
        out = ask(export_table, world["Olga"], RESOURCES[kind])
        text = write_csv(out.headers, out.rows).decode("utf-8-sig")
        assert set(outcomes(plan(world["Olga"], kind, text))) == {"same"}, kind


def test_what_two_columns_fill_and_what_is_no_field_is_refused(world: World) -> None:
    fred = world["Fred"]
    with pytest.raises(Invalid, match="Two columns fill E-mail"):
        plan(fred, "accounts", "Name,E-mail,Mail 2\nA,a@b.example,\n", columns={2: "email"})
    for columns in ({9: "name"}, {0: "version"}, {0: "own_nothing"}):
        with pytest.raises(Invalid):
            plan(fred, "accounts", "Name\nA\n", columns=columns)
    with pytest.raises(Invalid, match="a column for it is missing"):
        plan(fred, "accounts", "Name\nA\n", key=("vat_id",))


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_who_may_not_import_may_not_even_plan(world: World, who: str) -> None:
    table = read_table(b"Name\nA\n")
    for act in (plan_records, apply_records):
        with pytest.raises(Forbidden):
            do(act, world[who], RESOURCES["accounts"], table, Choices({0: "name"}))


def test_an_import_needs_the_right_to_write_that_kind(world: World) -> None:
    table = read_table(b"Name,E-mail\nA,a@b.example\n")
    with pytest.raises(Forbidden):
        do(plan_records, world["Fred"], RESOURCES["people"], table, Choices({0: "name"}))


def test_a_field_that_one_may_not_see_cannot_be_filled(world: World) -> None:
    do(create_field, world["Olga"], kind="accounts", label="Secret", type="text", seen_by=("lead",))
    with pytest.raises(Invalid):
        plan(world["Fred"], "accounts", "Name,Secret\nA,x\n", columns={1: "own_secret"})


def test_a_record_that_someone_merged_away_is_not_changed(world: World) -> None:
    from psa_app.services.clients.merge import merge_accounts

    bring(world["Fred"], "accounts", "Name\nOld Osprey\nOsprey\n")
    old, new = account("Old Osprey"), account("Osprey")
    do(merge_accounts, world["Olga"], int(new.id), other_id=int(old.id))
    contacts = "Client,Name,E-mail\nOld Osprey,Kim,kim@osprey.example\n"
    bring(world["Fred"], "contacts", contacts)
    assert rows(Contact)[-1].account_id == new.id


def test_a_workbook_is_read_like_a_csv_file(world: World) -> None:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.append(["Title", "Client", "Amount", "Expected"])
    page.append(["Portal", "Northwind", 1234.5, date(2026, 12, 31)])
    out = io.BytesIO()
    book.save(out)
    table = read_any(out.getvalue())
    columns = ask(guessed, world["Fred"], RESOURCES["opportunities"], table.headers)
    do(apply_records, world["Fred"], RESOURCES["opportunities"], table, Choices(columns))
    made = rows(Opportunity)[-1]
    assert (made.amount_minor, made.expected_on) == (123_450, date(2026, 12, 31))


def test_a_change_that_someone_made_meanwhile_is_only_overwritten_where_the_file_says_so(
    world: World,
) -> None:
    fred, northwind = world["Fred"], world.clients["Northwind"]
    do(change_record, fred, RESOURCES["accounts"], northwind, {"city": "Kiel"}, version=None)
    bring(fred, "accounts", "Name,Postcode\nNorthwind,24103\n")
    kept = account("Northwind")
    assert (kept.city, kept.postcode) == ("Kiel", "24103")
