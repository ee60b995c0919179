"""What an attacker tries with contracts and the low-code layer: links, views, own fields, files, merges."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from psa_app import clock as app_clock
from psa_app import db
from psa_app.api import exports, files
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Problems, PsaError
from psa_app.models import Account, ChangeOrder, CostRate, History, Signature, Sow, SowLine, User
from psa_app.queries.clients.timeline import timeline
from psa_app.queries.contracts.effect import effect_of
from psa_app.queries.exports import export_table
from psa_app.queries.history import happened
from psa_app.queries.portal.change_order import order_to_read
from psa_app.queries.portal.scope import scope_to_read
from psa_app.queries.records import list_records
from psa_app.queries.totals import totals
from psa_app.resources import RESOURCES
from psa_app.rules.deltas import read_deltas
from psa_app.services.clients.merge import merge_accounts
from psa_app.services.contracts.change_orders import (
    accept_change_order,
    decline_change_order,
    draft_change_order,
    send_change_order,
    withdraw_change_order,
)
from psa_app.services.contracts.files import add_file, read_file
from psa_app.services.contracts.order_questions import ask_about_change
from psa_app.services.contracts.papers import read_change_order_pdf, read_sow_pdf
from psa_app.services.identity.cookies import cookie_name
from psa_app.services.identity.portal_links import make_portal_link, open_portal_link
from psa_app.services.identity.sessions import open_session
from psa_app.services.lowcode.bulk import change_many, matching
from psa_app.services.lowcode.fields import create_field
from psa_app.services.lowcode.saved_views import create_view
from psa_app.services.records import change_record, create_record
from psa_app.state.lowcode.address import Asked
from psa_app.state.lowcode.view_words import resolved, views
from tests.support.prepared import prepared
from tests.support.servers import serve
from tests.support.world import MON, TUE, World, ask, do, make_world, row, rows

SECRET = "Harbour-secret-7"
ACCOUNTS = RESOURCES["accounts"]


world = prepared(make_world, only_sqlite=True)


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    with serve(Starlette(routes=[*files.routes, *exports.routes])) as address:
        yield address


def get(app: str, world: World, who: str, path: str) -> httpx.Response:
    with db.unit_of_work() as session:
        token = open_session(session, session.get_one(User, world[who].user_id), "192.0.2.1", "test")
    return httpx.get(app + path, cookies={cookie_name(): token}, trust_env=False)


def sent_order(world: World, **how: Any) -> ChangeOrder:
    delta = {"kind": "hours", "line_id": world.lines["Engineering"], "to": 6_000}
    made = do(
        draft_change_order,
        world["Olga"],
        world.sows["Northwind"],
        title="More",
        effective_on=app_clock.now().date(),
        deltas=[delta],
    )
    return do(send_change_order, world["Olga"], made.id, **how)


def by_link(world: World, who: str, document: str, document_id: int) -> Any:
    """Who holds a mail's link to a document."""
    with db.unit_of_work() as session:
        token = make_portal_link(
            session, contact_id=world[who].contact_id or 0, document=document, document_id=document_id
        )
        return open_portal_link(session, token).actor


def sign(who: Any, order: ChangeOrder) -> Any:
    return do(accept_change_order, who, order.id, text_hash=order.text_hash, name="Nina", agrees=True)


def hidden_field(world: World, kind: str = "accounts", **how: Any) -> str:
    """A field that only the owner sees."""
    made = do(create_field, world["Olga"], kind=kind, label="Secret", type="text", seen_by=["owner"], **how)
    return f"own_{made.key}"


def noted(world: World, client: str = "Northwind") -> str:
    name = hidden_field(world)
    do(change_record, world["Olga"], ACCOUNTS, world.clients[client], {name: SECRET}, version=None)
    return name


# Change orders


def test_a_link_to_a_change_order_does_not_open_the_scope_behind_it(world: World) -> None:
    order, sow_id = sent_order(world), world.sows["Northwind"]
    holder = by_link(world, "Nina", "change_order", order.id)
    assert ask(order_to_read, holder, order.id).may_sign
    assert read_change_order_pdf(holder, order.id)[1].startswith(b"%PDF")
    with pytest.raises(NotFound):
        read_sow_pdf(holder, sow_id)
    with pytest.raises(NotFound):
        ask(scope_to_read, holder, sow_id)
    for document in ("sow", "invoice", "quote"):
        with pytest.raises(NotFound):
            sign(by_link(world, "Nina", document, sow_id), order)
    sign(holder, order)
    assert row(ChangeOrder, order.id).status == "signed"


@pytest.mark.parametrize("who", ["Karl", "Olga", "Lea", "Ann"])
def test_nobody_else_answers_a_change_order(world: World, who: str) -> None:
    order = sent_order(world)
    error = NotFound if who == "Karl" else Forbidden
    with pytest.raises(error):
        sign(world[who], order)
    with pytest.raises(error):
        do(decline_change_order, world[who], order.id, reason="No")
    with pytest.raises(error):
        do(ask_about_change, world[who], order.id, text="Why?")
    assert row(ChangeOrder, order.id).status == "sent"


def test_a_signature_is_not_replayed_and_not_given_after_withdrawal_or_the_last_day(
    world: World, clock: Any
) -> None:
    first = sent_order(world)
    sign(world["Nina"], first)
    before = len(rows(Signature))
    with pytest.raises(Conflict, match="already been accepted"):
        sign(world["Nina"], first)
    gone = sent_order(world)
    do(withdraw_change_order, world["Olga"], gone.id)
    for who in (world["Nina"], by_link(world, "Nina", "change_order", gone.id)):
        with pytest.raises(NotFound):
            sign(who, gone)
    late = sent_order(world)
    clock.forward(days=32)
    with pytest.raises(Conflict, match="could be accepted until"):
        sign(world["Nina"], late)
    signed = [one for one in rows(Signature)[before:] if one.side == "client"]
    assert signed == []


@pytest.mark.parametrize(
    "delta",
    [
        {"kind": "hours", "to": 10**18},
        {"kind": "hours", "to": -1},
        {"kind": "hours", "to": float("nan")},
        {"kind": "hours", "to": "many"},
        {"kind": "cap", "to": 10**18},
        {"kind": "cap", "to": True},
        {"kind": "rate", "to": 10**18},
        {"kind": "fee", "value": 10**18},
        {"kind": "sow.status"},
        {"to": 1},
        {"kind": "add_line", "title": "<b>x</b>" * 99, "rate": 1, "cap": 1, "minutes": 1},
        {"kind": None},
    ],
)
def test_a_change_that_cannot_be_is_refused_in_a_sentence(world: World, delta: dict[str, Any]) -> None:
    given = {"line_id": world.lines["Engineering"]} | delta
    with pytest.raises(Invalid) as refused:
        do(
            draft_change_order,
            world["Lea"],
            world.sows["Northwind"],
            title="x",
            effective_on=app_clock.now().date(),
            deltas=[given],
        )
    assert refused.value.sentence.endswith(".")
    assert rows(ChangeOrder) == []


def test_a_change_names_no_line_of_another_scope(world: World) -> None:
    delta = {"kind": "hours", "line_id": world.lines["Advice"], "to": 60}
    with pytest.raises(Invalid):
        do(
            draft_change_order,
            world["Lea"],
            world.sows["Northwind"],
            title="x",
            effective_on=app_clock.now().date(),
            deltas=[delta],
        )
    assert row(SowLine, world.lines["Advice"]).estimate_minutes != 60


# Own fields that are hidden from a role


@pytest.mark.parametrize("who", ["Fred", "Lea"])
def test_a_hidden_own_field_answers_no_guess(world: World, who: str) -> None:
    """Neither by search, filter, order, sums, files nor bulk acts; and it is in no row."""
    name, actor = noted(world), world[who]
    assert ask(list_records, world["Olga"], ACCOUNTS, search=SECRET).rows
    assert ask(list_records, actor, ACCOUNTS, search=SECRET).rows == []
    assert SECRET not in str(ask(list_records, actor, ACCOUNTS).rows)
    assert SECRET not in str(ask(export_table, actor, ACCOUNTS, search="", filters={}, sort="name").rows)
    guesses: list[tuple[Any, dict[str, Any]]] = [
        (list_records, {"filters": {name: SECRET}}),
        (list_records, {"filters": {f"{name}__from": "H"}}),
        (list_records, {"sort": name}),
        (list_records, {"sort": f"-{name}"}),
        (totals, {"filters": {name: SECRET}}),
        (matching, {"filters": {name: SECRET}}),
        (export_table, {"search": "", "filters": {name: SECRET}, "sort": ""}),
    ]
    for query, how in guesses:
        with pytest.raises(Invalid):
            ask(query, actor, ACCOUNTS, **how)


def test_a_hidden_own_field_is_not_written_by_the_way(world: World) -> None:
    name, client = noted(world), world.clients["Northwind"]
    with pytest.raises(Problems, match="not right"):
        do(change_record, world["Fred"], ACCOUNTS, client, {name: "mine"}, version=None)
    done = do(change_many, world["Fred"], ACCOUNTS, [client], {name: "mine"})
    assert (done.ids, len(done.refused)) == ((), 1)
    assert row(Account, client).own == {name.removeprefix("own_"): SECRET}


def test_a_merge_tells_nobody_what_a_hidden_field_held(world: World) -> None:
    name, other = noted(world), world.clients["Northwind"]
    plain = do(create_field, world["Olga"], kind="accounts", label="Plain", type="text")
    do(change_record, world["Olga"], ACCOUNTS, other, {f"own_{plain.key}": "for all"}, version=None)
    kept = do(create_record, world["Fred"], ACCOUNTS, {"name": "Northwind Ltd", "currency": "EUR"}).id
    do(merge_accounts, world["Fred"], kept, other_id=other, choices={"vat_id": "other"})
    assert row(Account, kept).own == {name.removeprefix("own_"): SECRET, plain.key: "for all"}
    told = str([(one.before, one.after) for one in rows(History)])
    assert SECRET not in told
    assert "for all" in told
    assert SECRET not in str(ask(timeline, world["Lea"], kept, limit=100))


def test_a_shared_view_by_a_hidden_field_tells_nothing_of_it(world: World) -> None:
    name = noted(world)
    for title, how in (
        ("By it", {"filters": {name: SECRET}}),
        ("Sorted", {"sort": f"-{name}"}),
        ("Beside it", {"columns": ["name", name], "filters": {"kind": "client"}}),
    ):
        do(create_view, world["Olga"], kind="accounts", name=title, is_shared=True, **how)
    seen = ask(views, world["Lea"], Asked("accounts"))
    assert [tab.label for tab in seen.tabs] == ["All", "Beside it"]
    assert "kind=client" in seen.tabs[1].href
    assert SECRET not in str(seen)
    assert name not in str(seen)
    assert [tab.label for tab in ask(views, world["Olga"], Asked("accounts")).tabs[1:]] == [
        "Beside it",
        "By it",
        "Sorted",
    ]
    for view_id in (1, 2):
        assert ask(resolved, world["Lea"], Asked("accounts", view=view_id)).filters == {}
    kept = {"saved_view": [1, 2, 3]}
    assert ask(happened, world["Lea"], kept) == []
    assert SECRET in str(ask(happened, world["Olga"], kept))


def test_a_shared_view_with_words_of_the_address_breaks_nobodys_list(world: World) -> None:
    odd = dict.fromkeys(
        ("view", "page", "cursor", "columns", "sort", "q", "new", "self", "path", "kind"), "1"
    )
    do(create_view, world["Fred"], kind="accounts", name="Odd", is_shared=True, filters=odd)
    assert ask(views, world["Fred"], Asked("accounts", view=1)).name == "Odd"
    assert set(ask(resolved, world["Fred"], Asked("accounts", view=1)).filters) == {"kind"}
    assert set(ask(resolved, world["Lea"], Asked("accounts", view=1)).filters) == {"kind"}
    assert [tab.label for tab in ask(views, world["Lea"], Asked("accounts")).tabs] == ["All", "Odd"]


@pytest.mark.parametrize("bound", ["from", "to"])
def test_a_yes_or_no_has_no_range(world: World, bound: str) -> None:
    for kind, name in (
        ("accounts", "is_archived"),
        ("contacts", "is_billing"),
        ("quote_lines", "is_optional"),
    ):
        with pytest.raises(Invalid, match="There is no filter"):
            ask(list_records, world["Olga"], RESOURCES[kind], filters={f"{name}__{bound}": "true"})


# Files


def test_a_page_that_was_dropped_as_a_text_is_saved_and_never_shown(app: str, world: World) -> None:
    page = b"<script>alert(1)</script><svg onload=alert(1)>"
    sow_id = world.sows["Northwind"]
    name = '../../x"\r\nSet-Cookie: a=b.txt'
    with pytest.raises(PsaError):
        do(add_file, world["Lea"], sow_id, name=name, content=page, for_client=True)
    file = do(add_file, world["Lea"], sow_id, name="../../x;<b>ü.txt", content=page, for_client=False)
    answer = get(app, world, "Lea", f"/files/attachments/{file.id}?download=0&how=inline")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == 'attachment; filename="x--b--.txt"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in answer.headers
    for who, status in (("Nina", 404), ("Karl", 404), ("Ann", 404)):
        assert get(app, world, who, f"/files/attachments/{file.id}").status_code == status
    for wrong in (0, 99_999, 10**14):
        assert get(app, world, "Olga", f"/files/attachments/{wrong}").status_code == 404
    with pytest.raises(NotFound):
        read_file(by_link(world, "Nina", "sow", sow_id), file.id)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.svg", b"<svg onload=alert(1)>"),
        ("x.html", b"<html>"),
        ("x.png.html", b"\x89PNG\r\n\x1a\n"),
        ("x.png", b"<svg onload=alert(1)>"),
        ("x.pdf", b"<html>%PDF-"),
        ("x.docx", b"MZ"),
        ("x.txt", b"a\x00b"),
        ("x.exe", b"MZ"),
        ("", b"x"),
        (".htaccess", b"x"),
        ("/etc/passwd", b"x"),
        ("x.txt\x00.png", b"x"),
        ("a" * 300 + ".txt", b"x"),
        ("x.csv", b""),
    ],
)
def test_what_could_run_is_not_taken_beside_a_scope(world: World, name: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        do(add_file, world["Lea"], world.sows["Northwind"], name=name, content=content, for_client=False)
    assert refused.value.field == "file"


@pytest.mark.parametrize(("who", "status"), [("Fred", 200), ("Lea", 200), ("Ann", 403), ("Nina", 403)])
def test_rates_go_out_as_files_only_to_who_may_read_them(
    app: str, world: World, who: str, status: int
) -> None:
    for layout in ("list.csv", "matrix.csv"):
        assert get(app, world, who, f"/files/rates/{layout}").status_code == status
    for hostile in (
        "matrix.csv?of=users",
        "matrix.csv?day=9999-99-99",
        "matrix.csv?client=' OR 1=1--",
        "matrix.csv?client=99999",
        "matrix.csv?client=" + "9" * 30,
        "../secret.csv",
    ):
        assert get(app, world, who, f"/files/rates/{hostile}").status_code in (400, 403, 404)


# What a role learns by the way


def test_a_lead_reads_no_invoices_and_payments_in_a_clients_story_and_a_member_none(world: World) -> None:
    world.accept("Prototype")
    found = ask(timeline, world["Lea"], world.clients["Northwind"], limit=100)
    assert {one.kind for one in found.events} & {"invoice", "payment", "bank_account", "cost_rate"} == set()
    for who in ("Ann", "Nina"):
        with pytest.raises(Forbidden):
            ask(timeline, world[who], world.clients["Northwind"])
    with pytest.raises(Invalid):
        ask(timeline, world["Lea"], world.clients["Northwind"], cursor="' OR 1=1--")


@pytest.mark.parametrize("who", ["Lea", "Olga"])
def test_the_margin_of_a_change_tells_a_lead_nothing_of_what_a_person_costs(world: World, who: str) -> None:
    """Whatever Ann costs, the lead of the project reads the same figures; the owner does not."""
    seen = []
    for day, cost in ((MON, 5_555), (TUE, 9_999)):
        with db.unit_of_work() as session:
            for rate in session.exec(select(CostRate).where(CostRate.person_id == world.people["Ann"])):
                rate.amount_minor = cost
        world.worked("Ann", "Build", day, 90)
        with db.reading() as session:
            deltas = read_deltas([{"kind": "hours", "line_id": world.lines["Engineering"], "to": 6_000}])
            scope = session.get_one(Sow, world.sows["Northwind"])
            found = effect_of(session, world[who], scope, deltas, app_clock.now().date())
            assert found.shows_margin
            seen.append((found.before.expected, found.after.expected))
    assert (seen[0] == seen[1]) is (who == "Lea")
