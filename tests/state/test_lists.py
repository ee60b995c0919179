"""The list of any kind: its columns, sums and saved views, as the page reads them."""

from typing import Any

import pytest
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.forms import MORE
from psa_app.errors import Invalid, NotFound
from psa_app.models import Account, ExchangeRate, Firm, Template, User
from psa_app.queries.exports import export_table
from psa_app.resources import RESOURCES
from psa_app.services.lowcode.fields import archive_field, create_field
from psa_app.services.lowcode.saved_views import (
    change_view,
    choose_columns,
    create_view,
    delete_view,
    rename_view,
    unshare_view,
)
from psa_app.services.records import create_record
from psa_app.state.lowcode import filter_words
from psa_app.state.lowcode.address import Asked, asked
from psa_app.state.lowcode.kinds import kind_at
from psa_app.state.lowcode.reading import MOST_COLUMNS, filters_of, list_of
from psa_app.state.lowcode.specs import form_of
from psa_app.state.lowcode.view_words import resolved, views
from tests.conftest import NOW

OWNER, LEAD = Actor("Olga", "owner", 1), Actor("Lea", "lead", 2)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def firm(session: Session) -> None:
    session.add(Firm(id=1, name="Harbour", instance="x", base_currency="EUR"))
    session.add(User(id=1, name="Olga", email="o@x.example", role="owner"))
    session.add(User(id=2, name="Lea", email="l@x.example", role="lead"))
    session.flush()


def columns(session: Session, who: Actor = OWNER, kind: str = "accounts", **how: object) -> list[str]:
    return [column.key for column in list_of(session, who, Asked(kind, **how)).columns]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(RESOURCES))
def test_a_list_opens_with_few_columns(session: Session, kind: str) -> None:
    assert 0 < len(columns(session, kind=kind)) <= MOST_COLUMNS


def test_a_firms_own_fields_take_the_place_of_the_last_columns(session: Session) -> None:
    for label in ("Region", "Segment", "Score"):
        create_field(session, OWNER, kind="accounts", label=label, type="text")
    assert columns(session) == ["name", "kind", "tier", "owner_id", "own_region", "own_segment"]


def test_columns_are_remembered_for_whoever_chose_them_until_the_address_says_others(
    session: Session,
) -> None:
    choose_columns(session, OWNER, kind="accounts", columns=["name", "website", "gone"])
    assert columns(session) == ["name", "website"]
    assert columns(session, LEAD) != ["name", "website"]
    assert columns(session, columns=("email",)) == ["name", "email"]


def test_a_new_client_is_asked_first_what_matters_with_the_firms_own_place(session: Session) -> None:
    firm = session.get_one(Firm, 1)
    firm.country, firm.base_currency, firm.time_zone = "NO", "NOK", "Europe/Oslo"
    _, _, specs = form_of(session, OWNER, "accounts", 0, {})
    names, values = [one.name for one in specs], {one.name: one.value for one in specs}
    assert names.index("name") < names.index("country") < names.index(MORE) < names.index("street")
    assert (values["country"], values["currency"], values["time_zone"]) == ("NO", "NOK", "Europe/Oslo")
    made = create_record(session, OWNER, RESOURCES["accounts"], {"name": "Nordkap"})
    assert (made.country, made.currency, made.time_zone) == ("NO", "NOK", "Europe/Oslo")
    _, _, known = form_of(session, OWNER, "accounts", made.id, {})
    assert MORE not in [one.name for one in known]  # to change one, all of it is there


def test_a_list_is_saved_as_a_view_with_the_columns_that_it_has_for_whoever_saves_it(
    session: Session,
) -> None:
    choose_columns(session, OWNER, kind="accounts", columns=["name", "website"])
    mine = list_of(session, OWNER, Asked("accounts")).order
    saved = Asked("accounts", q="Inc").with_columns(mine)
    made = create_view(session, OWNER, kind="accounts", name="Sites", is_shared=True, **saved.query)
    view = int(made.id or 0)
    shown = resolved(session, LEAD, Asked("accounts", view=view)).query
    assert columns(session, LEAD, view=view, **shown) == ["name", "website"]
    assert Asked("accounts", columns=("name", "tier")).with_columns(mine).columns == ("name", "tier")


def test_the_last_row_adds_up_each_currency_for_itself(session: Session) -> None:
    create_field(session, OWNER, kind="accounts", label="Budget", type="money")
    session.add(ExchangeRate(currency="CHF", day=NOW.date(), rate_nano=10**9))
    for number, (currency, budget) in enumerate((("EUR", 10_000), ("CHF", 5_000), ("EUR", 1))):
        session.add(Account(name=f"Client {number}", currency=currency, own={"budget": budget}))
    session.flush()
    found = list_of(session, OWNER, Asked("accounts"))
    assert found.totals[0].text == "Total"
    assert found.totals[-1].text == "CHF\u00a050.00 + €100.01"
    assert found.pager.text == "1–3 of 3"
    assert list_of(session, OWNER, Asked("accounts", q="client 1")).totals == []


def test_a_view_whose_field_is_gone_opens_without_it_says_so_and_can_be_mended(session: Session) -> None:
    field = create_field(session, OWNER, kind="accounts", label="Region", type="text")
    how: dict[str, Any] = {"sort": "-own_region", "columns": ["own_region", "name", "city"]}
    filters = {"own_region": "North", "city": "Graz"}
    view = create_view(session, OWNER, kind="accounts", name="N", is_shared=True, filters=filters, **how)
    archive_field(session, OWNER, int(field.id or 0), version=field.version)
    for who in (OWNER, LEAD):
        opened = resolved(session, who, asked("accounts", {"view": str(view.id)}))
        assert (opened.view, opened.filters, opened.sort) == (view.id, {"city": "Graz"}, "")
        assert columns(session, who, columns=opened.columns) == ["name", "city"]
        shown = views(session, who, opened)
        assert (shown.name, shown.is_changed, "(region)" in shown.gone) == ("N", True, True)
        assert "own_region" not in next(tab.href for tab in shown.tabs if tab.label == "N")
    change_view(session, OWNER, int(view.id or 0), version=1, **opened.query)
    assert not views(session, OWNER, opened).gone


def test_a_view_that_is_deleted_or_taken_back_under_someone_leaves_the_list(session: Session) -> None:
    view = create_view(session, OWNER, kind="accounts", name="G", filters={"city": "Graz"}, is_shared=True)
    opened = resolved(session, LEAD, asked("accounts", {"view": str(view.id)}))
    unshare_view(session, OWNER, int(view.id or 0), version=1)
    left = views(session, LEAD, opened)
    assert (left.id, left.name, left.is_changed, left.may_change) == (0, "", True, False)
    assert list_of(session, LEAD, opened).count == 0
    with pytest.raises(NotFound):
        change_view(session, LEAD, int(view.id or 0), version=2, **opened.query)
    delete_view(session, OWNER, int(view.id or 0))
    assert views(session, OWNER, opened).id == 0
    with pytest.raises(NotFound):
        rename_view(session, OWNER, int(view.id or 0), version=2, name="H")


def test_a_view_is_opened_by_its_number_and_says_when_it_was_left(session: Session) -> None:
    view = create_view(session, OWNER, kind="accounts", name="Graz", filters={"city": "Graz"}, is_shared=True)
    plain = asked("accounts", {"view": str(view.id)})
    opened = resolved(session, OWNER, plain)
    assert opened.href == routes.records("accounts", view=view.id, city="Graz")
    shown = views(session, LEAD, opened)
    assert [(tab.label, tab.count) for tab in shown.tabs] == [("All", ""), ("Graz", "shared")]
    assert (shown.name, shown.may_change, shown.is_changed) == ("Graz", False, False)
    assert views(session, OWNER, opened.filtered({"kind": "client"})).is_changed
    assert resolved(session, OWNER, asked("accounts", {"view": "99"})).view == 0


def test_a_page_that_holds_a_list_keeps_its_address() -> None:
    assert kind_at("/catalogue/") == "service_items"
    assert kind_at("/records/accounts") == "accounts"
    assert Asked("service_items", q="x").href == f"{routes.CATALOGUE}?q=x"


def names(session: Session, **how: object) -> list[str]:
    return [row.name for row in list_of(session, OWNER, Asked("accounts", **how)).rows]  # type: ignore[arg-type]


def test_archived_records_are_shown_only_when_asked_for(session: Session) -> None:
    session.add_all([Account(name="Atlas"), Account(name="Birch", is_archived=True)])
    session.flush()
    assert names(session) == ["Atlas"]
    assert names(session, filters={"is_archived": "true"}) == ["Birch"]
    assert names(session, filters={"is_archived": "all"}) == ["Atlas", "Birch"]
    assert list_of(session, OWNER, Asked("accounts")).pager.text == "1 in all"
    assert list_of(session, OWNER, Asked("accounts", q="birch")).rows == []
    assert filters_of(RESOURCES["invoices"], Asked("invoices")) == {}


def test_a_form_of_filters_leaves_the_archived_to_the_choice_beside_it(session: Session) -> None:
    resource = RESOURCES["accounts"]
    assert "is_archived" not in {field.name for field in filter_words.filterable(resource, OWNER)}
    assert filter_words.chips(session, OWNER, resource, {"is_archived": "all"}) == []


def test_columns_stand_in_the_order_that_someone_gave_them_behind_the_first(session: Session) -> None:
    assert columns(session, columns=("email", "name", "city")) == ["name", "email", "city"]
    found = list_of(session, OWNER, Asked("accounts", columns=("email", "name", "city")))
    shown = [(one.key, one.fixed, one.may_rise, one.may_sink) for one in found.all_columns if one.shown]
    assert shown == [
        ("name", True, False, False),
        ("email", False, False, True),
        ("city", False, True, False),
    ]
    assert [one.key for one in found.all_columns[:3]] == ["name", "email", "city"]
    assert found.order == ["name", "email", "city"]
    assert list_of(session, OWNER, Asked("accounts")).order == []


def test_a_file_has_the_chosen_columns_first(session: Session) -> None:
    resource = RESOURCES["contacts"]
    table = export_table(session, OWNER, resource, columns=["phone", "name", "nothing"])
    assert table.headers[:5] == ["Id", "Phone", "Name", "Client", "Client id"]
    assert sorted(table.headers) == sorted(export_table(session, OWNER, resource).headers)


def test_declared_parts_of_a_list_have_tabs_of_their_own(session: Session) -> None:
    given: dict[str, object] = {"body": {"lines": [{"title": "A"}, {"title": "B"}]}}
    session.add(Template(kind="sow", name="Audit", **given))
    session.add(Template(kind="onboarding", name="Start", body={"items": []}))
    session.flush()
    whole = views(session, OWNER, Asked("templates"))
    assert [(one.key, one.label) for one in whole.tabs[:3]] == [
        ("", "All"),
        ("shelf-0", "Scopes"),
        ("shelf-1", "Projects"),
    ]
    scopes = asked("templates", {"kind": "sow"})
    assert views(session, OWNER, scopes).tab == "shelf-0"
    assert not views(session, OWNER, scopes).is_changed
    assert views(session, OWNER, scopes.but(q="x")).is_changed
    (row,) = list_of(session, OWNER, scopes).rows
    assert [cell.text for cell in row.cells[:3]] == ["Audit", "Scope of work", "2 lines"]


def test_what_is_worked_out_is_neither_filtered_nor_sorted_by(session: Session) -> None:
    for how in ({"filters": {"holds": "2"}}, {"sort": "holds"}):
        with pytest.raises(Invalid, match="holds"):
            list_of(session, OWNER, Asked("templates", **how))  # type: ignore[arg-type]
