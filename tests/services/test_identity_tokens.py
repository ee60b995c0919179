"""API tokens and mailed links: what they open, and that they open nothing more."""

import pytest
from sqlmodel import select

from psa_app.access import fetch, visible
from psa_app.db import reading, unit_of_work
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import ApiToken, Contact, Invoice, PortalLink, Project, Sow, User, metadata
from psa_app.services.identity.portal_links import (
    make_portal_link,
    mark_opened,
    open_portal_link,
    revoke_portal_links,
)
from psa_app.services.identity.sessions import resolve_cookie
from psa_app.services.identity.tokens import is_stale, make_token, mark_used, resolve_bearer, revoke_token
from tests.support.logins import make_people
from tests.support.prepared import prepared

people = prepared(make_people)


def do(function, *args, **inputs):
    with unit_of_work() as session:
        return function(session, *args, **inputs)


def holder(secret):
    with reading() as session:
        return resolve_bearer(session, secret)


def test_a_token_acts_with_the_rights_of_its_user_through_the_api(people):
    token = do(make_token, people["Fred"], name="Books", scopes="read")
    found = holder(token.secret)
    assert (found.actor.name, found.actor.role) == ("Fred Test", "finance")
    assert (found.actor.via, found.actor.scopes) == ("api", "read")


def test_a_token_is_kept_as_a_hash_and_never_shown_again(people):
    token = do(make_token, people["Fred"], name="Books")
    with reading() as session:
        (kept,) = session.exec(select(ApiToken)).all()
    assert token.secret not in str(kept.model_dump())
    assert token.secret not in repr(token)


def test_a_token_ends_by_itself_or_at_once(people, clock):
    short = do(make_token, people["Fred"], name="Short", expires_in_days=1)
    long = do(make_token, people["Fred"], name="Long", expires_in_days=None)
    clock.forward(days=1, seconds=1)
    assert holder(short.secret) is None
    assert holder(long.secret) is not None
    do(revoke_token, people["Fred"], long.id)
    assert holder(long.secret) is None


def test_a_token_falls_with_its_user(people):
    token = do(make_token, people["Fred"], name="Books")
    with unit_of_work() as session:
        session.get_one(User, people["Fred"].user_id).is_active = False
    assert holder(token.secret) is None


@pytest.mark.parametrize("name", ["Lea", "Ann", "Nina"])
def test_who_may_not_have_tokens_gets_none(people, name):
    with pytest.raises(Forbidden):
        do(make_token, people[name], name="x")


def test_only_an_owner_makes_or_revokes_a_token_of_another(people):
    ann = people["Ann"].user_id
    with pytest.raises(Forbidden):
        do(make_token, people["Fred"], name="x", user_id=ann)
    token = do(make_token, people["Olga"], name="x", user_id=ann)
    assert holder(token.secret).actor.role == "member"
    with pytest.raises(NotFound):
        do(revoke_token, people["Fred"], token.id)
    do(revoke_token, people["Olga"], token.id)
    assert holder(token.secret) is None


@pytest.mark.parametrize(
    "inputs",
    [{"scopes": "all"}, {"scopes": ""}, {"expires_in_days": 0}, {"expires_in_days": 4000}, {"name": ""}],
)
def test_a_wrong_token_says_what_is_wrong(people, inputs):
    with pytest.raises(Invalid):
        do(make_token, people["Fred"], **({"name": "x"} | inputs))


def test_there_is_an_end_to_tokens(people):
    for n in range(50):
        do(make_token, people["Fred"], name=f"Token {n}")
    with pytest.raises(Conflict):
        do(make_token, people["Fred"], name="One more")


@pytest.mark.parametrize(
    "forged", ["", "psa_", "psa_" + "x" * 43, "x" * 47, "psa_" + "ä" * 43, "psa_\x00" * 10]
)
def test_a_forged_token_is_nobody(people, forged):
    do(make_token, people["Fred"], name="Books")
    assert holder(forged) is None


def test_the_last_use_is_kept_to_five_minutes(people, clock):
    found = holder(do(make_token, people["Fred"], name="Books").secret)
    assert is_stale(found)
    do(mark_used, found.token_id)
    with reading() as session:
        assert session.exec(select(ApiToken.last_used_at)).one() == clock.at


@pytest.fixture
def documents(people):
    """Northwind has two scopes, an invoice and a project; Kestrel a scope."""
    from datetime import date

    day = date(2026, 11, 1)
    made = {}
    with unit_of_work() as session:
        for name, actor in (("first", "Nina"), ("second", "Nina"), ("other", "Karl")):
            sow = Sow(
                account_id=people[actor].account_id, title=name, currency="EUR", starts_on=day, status="sent"
            )
            session.add(sow)
            session.flush()
            made[name] = sow.id
        account_id = people["Nina"].account_id
        invoice = Invoice(account_id=account_id, status="issued", number="INV-1", currency="EUR", cutoff=day)
        session.add_all([invoice, Project(name="P", account_id=account_id)])
        session.flush()
        made["invoice"] = invoice.id
    return made


def link(people, documents, document="sow", name="first", who="Nina"):
    return do(
        make_portal_link,
        contact_id=people[who].contact_id,
        document=document,
        document_id=documents[name],
    )


def opened(token):
    with reading() as session:
        return open_portal_link(session, token, "192.0.2.1", "Firefox")


def test_a_mailed_link_opens_its_document_for_its_contact(people, documents):
    found = opened(link(people, documents))
    assert (found.document, found.document_id) == ("sow", documents["first"])
    assert (found.actor.name, found.actor.via) == ("Nina Client", "portal")
    with reading() as session:
        assert fetch(session, found.actor, Sow, documents["first"]).title == "first"


def test_a_mailed_link_opens_nothing_beside_its_document(people, documents):
    actor = opened(link(people, documents)).actor
    with reading() as session:
        for model, name in ((Sow, "second"), (Sow, "other"), (Invoice, "invoice")):
            with pytest.raises(NotFound):
                fetch(session, actor, model, documents[name])
        assert session.exec(select(Project).where(visible(actor, Project))).all() == []
        assert session.exec(select(User).where(visible(actor, User))).all() == []


def test_an_invoice_link_opens_no_scope(people, documents):
    actor = opened(link(people, documents, "invoice", "invoice")).actor
    with reading() as session:
        assert fetch(session, actor, Invoice, documents["invoice"]).number == "INV-1"
        assert session.exec(select(Sow).where(visible(actor, Sow))).all() == []


def test_a_link_to_the_document_of_another_client_opens_nothing(people, documents):
    actor = opened(link(people, documents, "sow", "other")).actor
    with pytest.raises(NotFound), reading() as session:
        fetch(session, actor, Sow, documents["other"])


def test_no_table_is_open_to_a_link_that_is_not_meant_to_be(people, documents):
    from sqlmodel import SQLModel

    actor = opened(link(people, documents)).actor
    tables = {model for model in SQLModel.__subclasses__() for model in _tables(model)}
    assert len(tables) == len(metadata.tables)
    with reading() as session:
        reached = {
            model.__name__
            for model in tables
            if session.exec(select(model).where(visible(actor, model)).limit(1)).first() is not None
        }
    assert reached == {"Account", "Contact", "Sow"}


def _tables(model):
    if hasattr(model, "__table__"):
        yield model
    for below in model.__subclasses__():
        yield from _tables(below)


def test_a_mailed_link_never_becomes_a_session(people, documents):
    token = link(people, documents)
    with reading() as session:
        assert resolve_cookie(session, token) is None
    assert holder(token) is None


def test_a_mailed_link_ends_after_thirty_days_or_when_it_is_withdrawn(people, documents, clock):
    token, other = link(people, documents), link(people, documents, name="second")
    do(revoke_portal_links, "sow", documents["first"])
    with pytest.raises(NotFound):
        opened(token)
    assert opened(other).document_id == documents["second"]
    clock.forward(days=30, seconds=1)
    with pytest.raises(NotFound):
        opened(other)


def test_a_contact_who_left_opens_nothing(people, documents):
    token = link(people, documents)
    with unit_of_work() as session:
        session.get_one(Contact, people["Nina"].contact_id).is_archived = True
    with pytest.raises(NotFound):
        opened(token)


@pytest.mark.parametrize("forged", ["", None, 7, "x" * 43, ["a"], "ä" * 43])
def test_a_forged_link_opens_nothing(people, documents, forged):
    link(people, documents)
    with pytest.raises(NotFound):
        opened(forged)


def test_only_scopes_and_invoices_can_be_linked(people, documents):
    with pytest.raises(Invalid):
        link(people, documents, document="user")


def test_a_link_remembers_when_it_was_first_opened(people, documents, clock):
    token, first = link(people, documents), clock.at
    do(mark_opened, token)
    clock.forward(hours=1)
    do(mark_opened, token)
    with reading() as session:
        assert session.exec(select(PortalLink.opened_at)).one() == first
