"""Contacts that look like one person, and the mails that the app wrote to them."""

from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden
from psa_app.models import Contact, ContactApart
from psa_app.queries.clients.compare import compare_contacts
from psa_app.queries.clients.contact_twins import contact_pairs
from psa_app.queries.clients.timeline import timeline
from psa_app.resources import RESOURCES
from psa_app.services.clients.apart import keep_contacts_apart, look_at_contacts_again
from psa_app.services.clients.contacts import merge_contacts
from psa_app.services.mails import About, promise_mail
from psa_app.services.records import create_record
from tests.support.world import World, ask, do, past, row, rows


def story(world: World, who: str) -> list[Any]:
    found = ask(timeline, world[who], world.clients["Northwind"], group="mails")
    return list(found.events)


def person(world: World, name: str, email: str, client: str = "Northwind") -> int:
    values = {"account_id": world.clients[client], "name": name, "email": email}
    return int(do(create_record, world["Fred"], RESOURCES["contacts"], values).id)


def test_contacts_of_one_client_that_look_like_one_are_found_until_they_are_told_apart(world: World) -> None:
    nina = world["Nina"].contact_id
    second = person(world, "N. Client", "n.client@northwind.example")
    person(world, "Nina Client", "nina@kestrel.example", "Kestrel")  # another client's is another person
    (pair,) = ask(contact_pairs, world["Fred"])
    assert ((pair.one_id, pair.other_id), pair.account) == ((nina, second), "Northwind")
    assert pair.reasons == ("nearly the same name",)
    do(keep_contacts_apart, world["Fred"], second, other_id=nina)
    do(keep_contacts_apart, world["Olga"], nina, other_id=second)  # said twice, it counts once
    assert ask(contact_pairs, world["Fred"], world.clients["Northwind"]) == []
    assert past("contact", nina)[-1] == "kept apart"
    do(look_at_contacts_again, world["Fred"], nina, other_id=second)
    assert len(ask(contact_pairs, world["Fred"])) == 1
    with pytest.raises(Conflict, match="Nobody has said"):
        do(look_at_contacts_again, world["Fred"], nina, other_id=second)
    for who in ("Lea", "Ann", "Nina"):
        for act in (keep_contacts_apart, look_at_contacts_again):
            with pytest.raises(Forbidden):
                do(act, world[who], nina, other_id=second)
        with pytest.raises(Forbidden):
            ask(contact_pairs, world[who])


def test_what_was_said_of_a_merged_contact_counts_for_the_one_that_is_left(world: World) -> None:
    nina = world["Nina"].contact_id
    gone = person(world, "N. Client", "n.client@northwind.example")
    third = person(world, "N. Client jun.", "jun@northwind.example")
    do(keep_contacts_apart, world["Fred"], gone, other_id=third)
    do(keep_contacts_apart, world["Fred"], gone, other_id=nina)
    found = ask(compare_contacts, world["Fred"], nina, gone)
    assert (found.reasons, dict(found.one.hangs)["user"]) == (("nearly the same name",), 1)
    do(merge_contacts, world["Fred"], nina, other_id=gone)
    assert [(one.contact_id, one.other_id) for one in rows(ContactApart)] == [(nina, third)]
    with pytest.raises(Conflict, match="was merged"):
        ask(compare_contacts, world["Fred"], nina, gone)


def test_a_mail_of_the_app_stands_in_the_timeline_without_its_secret_link(world: World) -> None:
    contact = row(Contact, world["Nina"].contact_id)
    with db.unit_of_work() as session:
        for about, template, words in (
            ("quote", "quote_to_accept", {"number": "QUO-9", "title": "X", "total": "1", "valid_until": ""}),
            ("invoice", "invoice_issued", {"number": "INV-9", "amount": "1", "due": "", "order": ""}),
        ):
            told = {"firm": "Harbour", "reader": contact.name, **words}
            kept = About(about, 1, contact, "Olga Test")
            promise_mail(session, about, template, [contact.email], "/r?token=secret", told, about=kept)
    mails = [event.mail for event in story(world, "Fred") if event.mail]
    told = {mail.about: mail for mail in mails if mail.key in ("quote", "invoice")}
    assert set(told) == {"quote", "invoice"}
    assert "secret" not in told["quote"].text
    assert "private" not in told["quote"].text
    assert (told["quote"].sent_by, told["quote"].sent_to) == (
        "Olga Test",
        f"{contact.name} <{contact.email}>",
    )
    of_lead = {event.kind for event in story(world, "Lea")}
    assert "quote" in of_lead
    assert "invoice" not in of_lead
