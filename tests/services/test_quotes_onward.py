"""What comes of a quote: a new version, or a scope."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.errors import Conflict, NotFound
from psa_app.models import Contact, FeePart, History, Milestone, Rate, Sow, SowLine, TaxRate
from psa_app.services.quotes import scope
from psa_app.services.quotes.inputs import QuoteLineInput
from psa_app.services.quotes.scope import make_scope
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import new_version
from tests.services.contract_world import Firm, make_firm
from tests.services.quote_world import (
    HEAD,
    a_sent,
    accept,
    all_kinds,
    by_time,
    eur,
    lines,
    quote,
)
from tests.services.time_world import do
from tests.support.prepared import prepared

firm = prepared(make_firm)


def test_a_new_version_replaces_the_old_one_when_it_is_sent(firm: Firm) -> None:
    first = a_sent(firm)
    second = int(do(new_version, firm["Lea"], first).id)
    assert (quote(second).number_of_version, quote(second).number) == (2, "Q-2026-001")
    assert [one.title for one in lines(second)] == [one.title for one in lines(first)]
    assert quote(first).status == "sent"
    do(send_quote, firm["Olga"], second)
    assert (quote(first).status, quote(second).status) == ("superseded", "sent")
    assert quote(second).number == "Q-2026-001"
    with pytest.raises(Conflict, match="newer version"):
        accept(firm, "Nora", first)
    accept(firm, "Nora", second)


def test_only_one_new_version_is_written_at_a_time(firm: Firm) -> None:
    first = a_sent(firm)
    do(new_version, firm["Olga"], first)
    with pytest.raises(Conflict, match="Version 2 is being written"):
        do(new_version, firm["Olga"], first)


def test_an_accepted_version_is_not_replaced(firm: Firm) -> None:
    first = a_sent(firm)
    second = int(do(new_version, firm["Olga"], first).id)
    accept(firm, "Nora", first)
    with pytest.raises(Conflict, match="has been accepted"):
        do(send_quote, firm["Olga"], second)
    assert quote(second).status == "draft"
    with pytest.raises(Conflict, match="is accepted"):
        do(new_version, firm["Olga"], first)


def test_the_scope_has_the_lines_that_were_chosen_with_discounts_in_them(firm: Firm) -> None:
    head, given = replace(HEAD, discount_ppm=100_000), list(all_kinds(firm))
    given[0] = by_time(firm, discount_ppm=500_000)
    given.append(QuoteLineInput("Test", "milestone", value=eur(1_000)))
    quote_id = a_sent(firm, head=head, lines=tuple(given))
    accept(firm, "Nora", quote_id, chosen=(4, 6))
    sow = do(make_scope, firm["Olga"], quote_id)
    with db.reading() as session:
        found = session.exec(select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position)))
        made = [(x.title, x.model, x.value_minor, x.cap_minor, x.periods, x.period_minutes) for x in found]
        rate = session.exec(
            select(Rate).where(col(Rate.sow_line_id).is_not(None)).order_by(col(Rate.id).desc())
        )
        assert rate.first().amount_minor == 6_750  # type: ignore[union-attr]
        parts = [x.value_minor for x in session.exec(select(Milestone).order_by(col(Milestone.id)))]
        fees = [x.share_ppm for x in session.exec(select(FeePart).order_by(col(FeePart.id)))]
    assert made == [
        ("Engineering", "time_and_materials", 0, 200_000, 0, 0),
        ("Prototype", "fixed", 81_000, None, 0, 0),
        ("Support", "retainer", 45_000, None, 3, 240),
        ("Hosting", "subscription", 1_800, None, 12, 0),
        ("Blue", "fixed", 3_600, None, 0, 0),
        ("Test", "milestone", 900, None, 0, 0),
    ]
    assert parts[-1] == 900
    assert fees[-2:] == [1_000_000, 1_000_000]
    assert (sow.title, sow.quote_id, sow.status) == ("Checkout redesign", quote_id, "draft")


def test_a_scope_is_made_once_and_only_of_an_accepted_quote(firm: Firm) -> None:
    quote_id = a_sent(firm)
    with pytest.raises(Conflict, match="accepted quote"):
        do(make_scope, firm["Olga"], quote_id)
    accept(firm, "Nora", quote_id)
    with db.reading() as session:  # made in the client's own act
        made = session.exec(select(Sow).where(Sow.quote_id == quote_id)).one()
    first = do(make_scope, firm["Olga"], quote_id)
    assert (first.id, first.status) == (made.id, "draft")
    assert do(make_scope, firm["Olga"], quote_id).id == first.id
    with db.reading() as session:
        assert len(session.exec(select(Sow).where(Sow.quote_id == quote_id)).all()) == 1


def test_what_keeps_a_scope_from_being_drafted_is_never_in_the_way_of_who_accepts(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote_id = a_sent(firm)

    def refused(*_: Any, **__: Any) -> None:
        raise Conflict("The numbers of scopes are used up.")

    with monkeypatch.context() as patched:
        patched.setattr(scope, "create_sow", refused)
        accept(firm, "Nora", quote_id)
    assert quote(quote_id).status == "accepted"
    with db.reading() as session:
        told = session.exec(select(History).where(History.verb == "no scope drafted")).one()
    assert (told.record_id, told.reason) == (quote_id, "The numbers of scopes are used up.")
    assert do(make_scope, firm["Olga"], quote_id).status == "draft"


def test_a_tax_that_is_no_longer_used_does_not_stop_the_scope(firm: Firm) -> None:
    with db.unit_of_work() as session:
        tax = TaxRate(name="Old", kind="standard", rate_ppm=190_000)
        session.add(tax)
        session.flush()
        tax_id = int(tax.id or 0)
    quote_id = a_sent(firm, head=replace(HEAD, tax_rate_id=tax_id))
    with db.unit_of_work() as session:
        session.get_one(TaxRate, tax_id).is_active = False
    accept(firm, "Nora", quote_id)
    made = do(make_scope, firm["Olga"], quote_id)
    assert (made.status, made.tax_rate_id) == ("draft", None)


def test_an_archived_contact_no_longer_accepts(firm: Firm) -> None:
    quote_id = a_sent(firm)
    with db.unit_of_work() as session:
        session.get_one(Contact, firm.contacts["Nora"]).is_archived = True
    with pytest.raises(NotFound):
        accept(firm, "Nora", quote_id)
