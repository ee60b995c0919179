"""REST: every operation as every role, and one client against the other's ids."""

from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import RIGHTS, ROLES, may
from psa_app.api.rest.call import Call
from psa_app.api.rest.operations import Operation, operations
from psa_app.api.rest.serve import serve
from psa_app.api.rest.wire import resource_of
from psa_app.models import (
    Account,
    Allocation,
    ApiToken,
    BilledTime,
    Contact,
    Deliverable,
    FeePart,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Milestone,
    Payment,
    Project,
    Sow,
    SowLine,
    TimeEntry,
    User,
)
from psa_app.resources import RESOURCES
from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import WHO, Api, ids_of
from tests.support.world import World, rows
from tests.support.world_fixtures import *  # noqa: F403

OPERATIONS = operations()
NOBODYS = 987_654_321


def address(operation: Operation, record_id: int = NOBODYS) -> str:
    return operation.path.replace("{id:rowid}", str(record_id))


def sent(api: Api, operation: Operation, record_id: int = NOBODYS) -> Any:
    """The operation itself, without the way over HTTP: there are thousands of these."""
    bearer = api.tokens.get(api.who, "")
    path = address(operation, record_id)
    return serve(operation, Call(operation.method, path, record_id if operation.has_id else 0, bearer=bearer))


def everything() -> list[tuple[str, int]]:
    """Each kind with the ids of its first records."""
    return [(kind, one) for kind in RESOURCES for one in ids_of(kind)[:8]]


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_do_is_forbidden_and_what_it_may_is_not(api: Api, role: str) -> None:
    """An empty body to a record that is not there: whoever has the right gets as far as that."""
    wrong = []
    for operation in OPERATIONS:
        allowed = operation.is_for(role)
        status = sent(api(WHO[role]), operation).status_code
        expected = {200, 201, 204, 404, 409, 422, 428} if allowed else {403}
        if status not in expected:
            wrong.append((operation.method, operation.path, status))
    assert wrong == []


def test_every_operation_wants_a_token(api: Api) -> None:
    statuses = {sent(api, operation).status_code for operation in OPERATIONS}
    assert statuses == {401}
    for method, path in ((one.method, address(one)) for one in OPERATIONS[::20]):
        assert api.send(method, path).status_code == 401
    assert api.get("/accounts").headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer psa_", "Bearer x", "Basic b2xnYTpvbGdh", "Bearer " + "a" * 5000]
)
def test_what_is_no_token_opens_nothing(api: Api, token: str) -> None:
    assert api.get("/accounts", Authorization=token).status_code == 401


def test_a_token_that_may_only_read_writes_nothing(api: Api) -> None:
    for role, who in WHO.items():
        for operation in OPERATIONS:
            if operation.writes and operation.is_for(role):
                answer = sent(api(who, "read"), operation)
                assert answer.status_code == 403, (role, operation.path)


def test_a_token_ends_with_its_user_and_when_it_is_revoked(api: Api, firm: World) -> None:
    assert api("Fred").get("/accounts").status_code == 200
    with db.unit_of_work() as session:
        session.get_one(User, firm["Fred"].user_id).is_active = False
    assert api("Fred").get("/accounts").status_code == 401
    with db.unit_of_work() as session:
        for token in session.exec(select(ApiToken).where(ApiToken.user_id == firm["Olga"].user_id)):
            token.revoked_at = token.created_at
    assert api("Olga").get("/accounts").status_code == 401


def own_and_foreign(firm: World) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """What belongs to Northwind alone, and to Kestrel alone, of what a client may see at all."""
    found: dict[str, set[tuple[str, int]]] = {"Northwind": set(), "Kestrel": set()}
    clients = {account_id: name for name, account_id in firm.clients.items()}

    def put(model: Any, owner: Any) -> None:
        for one in rows(model):
            resource = resource_of(model)
            name = clients.get(owner(one))
            if resource is not None and name:
                found[name].add((resource.kind, one.id))

    sows = {one.id: one.account_id for one in rows(Sow)}
    lines = {one.id: sows[one.sow_id] for one in rows(SowLine)}
    invoices = {one.id: one.account_id for one in rows(Invoice)}
    printed = {one.id: invoices[one.invoice_id] for one in rows(InvoiceLine)}
    projects = {one.id: one.account_id for one in rows(Project)}
    put(Account, lambda one: one.id)
    for model in (Contact, Sow, Invoice, Payment, Project):
        put(model, lambda one: one.account_id)
    put(SowLine, lambda one: lines[one.id])
    for model in (Milestone, FeePart):
        put(model, lambda one: lines[one.sow_line_id])
    put(Deliverable, lambda one: sows[one.sow_id])
    for model in (InvoiceLine, InvoiceTax, Allocation):
        put(model, lambda one: invoices[one.invoice_id])
    put(BilledTime, lambda one: printed[one.line_id])
    put(TimeEntry, lambda one: projects[one.project_id])
    return found["Northwind"], found["Kestrel"]


def test_a_client_never_reaches_another_clients_record_by_its_id(api: Api, firm: World) -> None:
    northwind, kestrel = own_and_foreign(firm)
    assert len({kind for kind, _ in kestrel}) > 8
    for who, foreign in (("Nina", kestrel), ("Karl", northwind)):
        for operation in OPERATIONS:
            if not operation.has_id or operation.right not in RIGHTS["client"]:
                continue
            for kind, record_id in sorted(foreign):
                if kind == operation.kind:
                    answer = sent(api(who), operation, record_id)
                    assert answer.status_code in (404, 422), (operation.path, record_id)
                    if answer.status_code == 404:
                        assert answer.body == sent(api(who), operation).body, "it tells that it is there"


def test_a_clients_lists_files_and_counts_hold_only_its_own(api: Api, firm: World) -> None:
    northwind, kestrel = own_and_foreign(firm)
    seen = set()
    for kind, resource in RESOURCES.items():
        if resource.read_right in RIGHTS["client"]:
            page = api("Nina").get(f"/{kind}?limit=200&count=true").json()
            assert page["total"] == len(page["data"])
            seen |= {(kind, one["id"]) for one in page["data"]}
            file = api("Nina").get(f"/{kind}.csv").content
            assert len(file.splitlines()) == 1 + len(page["data"])
            assert b"Kestrel" not in file
    assert seen
    assert not seen & kestrel
    assert {one for one in seen if one[0] != "payments"} <= northwind | seen & northwind


def test_a_client_narrows_no_list_to_see_whether_another_has_something(api: Api, firm: World) -> None:
    for query in (f"account_id={firm.clients['Kestrel']}", "q=Kestrel", "number__from=A"):
        for one in api("Nina").get(f"/invoices?{query}").json()["data"]:
            assert one["account_id"] == firm.clients["Northwind"]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_sees_a_field_without_its_right_anywhere(api: Api, firm: World, role: str) -> None:
    """Neither in lists nor in files, nor by sorting or filtering by it."""
    who = firm[WHO[role]]
    for kind, resource in RESOURCES.items():
        hidden = {
            field.name for field in resource.fields if field.read_right and not may(who, field.read_right)
        }
        if not may(who, resource.read_right) or not hidden:
            continue
        names = {name.removesuffix("_minor") for name in hidden}
        data = api(WHO[role]).get(f"/{kind}?limit=200").json()["data"]
        assert not [one for one in data if names & set(one)]
        labels = {field.label for field in resource.fields if field.name in hidden}
        header = api(WHO[role]).get(f"/{kind}.csv").content.decode("utf-8-sig").splitlines()[0].split(",")
        assert not labels & set(header)
        for name in names:
            assert api(WHO[role]).get(f"/{kind}?sort={name}").status_code == 422
            assert api(WHO[role]).get(f"/{kind}?{name}__from=1").status_code == 422


def test_cost_rates_reach_only_owner_and_finance(api: Api, firm: World) -> None:
    """5555 is everyone's cost an hour here: no answer to anyone else holds it."""
    for role, who in WHO.items():
        bodies = [api(who).get(f"/{kind}?limit=200").text for kind in RESOURCES]
        reads = {one.kind: one for one in OPERATIONS if one.name.startswith("read_")}
        bodies += [
            bytes(sent(api(who), reads[kind], record_id).body).decode() for kind, record_id in everything()
        ]
        assert any("5555" in body for body in bodies) is (role in ("owner", "finance")), role


def test_whoever_may_do_an_act_may_read_what_it_answers() -> None:
    """Else the answer would not be what the document says."""
    answering = [(one, resource_of(one.answer)) for one in OPERATIONS if isinstance(one.answer, type)]
    missing = [
        (operation.name, role)
        for operation, resource in answering
        for role in operation.roles
        if resource is not None and resource.read_right not in RIGHTS[role]
    ]
    assert missing == []
