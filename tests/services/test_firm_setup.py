"""The firm: set up once, its currency fixed, its settings changed with care."""

import os
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import config, db
from psa_app.access import ACTS, Actor, system
from psa_app.errors import Conflict, Forbidden, Invalid, Problems, Stale
from psa_app.models import Firm, History, NumberSeries, TaxRate, User
from psa_app.services.firm.profile import Profile
from psa_app.services.firm.setup import change_firm, setup_firm
from tests.services.time_world import do

PROFILE = Profile(name="Harbour Studio")


@pytest.fixture
def owner(database: Any, clock: Any) -> Actor:
    """Who `psa init` has let in, before there is a firm."""
    with db.unit_of_work() as session:
        user = User(email="olga@example.com", name="Olga", role="owner")
        session.add(user)
        session.flush()
        return Actor("Olga", "owner", user.id, email=user.email)


def firm() -> Firm:
    with db.reading() as session:
        return session.exec(select(Firm)).one()


def count(model: Any) -> int:
    with db.reading() as session:
        return len(session.exec(select(model)).all())


def test_a_firm_begins_with_series_taxes_and_its_currency(owner: Actor) -> None:
    do(setup_firm, owner, profile=replace(PROFILE, country="de"), base_currency=" eur ")
    assert (firm().base_currency, firm().country, len(firm().instance)) == ("EUR", "DE", 16)
    with db.reading() as session:
        taxes = session.exec(select(TaxRate).order_by(col(TaxRate.id))).all()
        series = session.exec(select(NumberSeries).order_by(col(NumberSeries.id))).all()
    assert next((tax.name, tax.rate_ppm, tax.is_default) for tax in taxes) == ("VAT 19 %", 190_000, True)
    assert [tax.kind for tax in taxes] == ["standard", "reverse_charge", "exempt"]
    assert {(one.kind, one.sandbox) for one in series} == {
        ("invoice", False),
        ("sow", False),
        ("quote", False),
        ("invoice", True),
        ("credit_note", False),
        ("credit_note", True),
    }


def test_a_country_without_a_known_tax_begins_without_one(owner: Actor) -> None:
    do(setup_firm, owner, profile=replace(PROFILE, country="US"), base_currency="USD")
    with db.reading() as session:
        assert session.exec(select(TaxRate.name).where(col(TaxRate.is_default))).one() == "No tax"


def test_a_firm_is_set_up_once(owner: Actor) -> None:
    do(setup_firm, owner, profile=PROFILE, base_currency="EUR")
    with pytest.raises(Conflict, match="already set up"):
        do(setup_firm, owner, profile=PROFILE, base_currency="USD")
    assert firm().base_currency == "EUR"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"country": "Austria"}, "country"),
        ({"email": "nobody"}, "email"),
        ({"time_zone": "Europe/Salzburg"}, "time_zone"),
        ({"week_start": 0}, "week_start"),
        ({"accent": "blue"}, "accent"),
        ({"accent": "#12345g"}, "accent"),
        ({"payment_days": -1}, "payment_days"),
        ({"round_increment": 7}, "round_increment"),
        ({"round_mode": "sideways"}, "round_mode"),
        ({"round_minimum": 2000}, "round_minimum"),
        ({"target_percent": 101}, "target_percent"),
        ({"overhead_minor": -1}, "overhead"),
        ({"invoice_footer": "x" * 601}, "invoice_footer"),
        ({"payment_provider": "stripe"}, "payment_provider"),
    ],
)
def test_a_wrong_setting_is_refused_beside_its_field(
    owner: Actor, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        do(setup_firm, owner, profile=replace(PROFILE, **change), base_currency="EUR")
    assert caught.value.field == field
    assert (count(Firm), count(TaxRate), count(NumberSeries), count(History)) == (0, 0, 0, 0)


def test_all_that_is_wrong_is_told_at_once(owner: Actor) -> None:
    with pytest.raises(Problems) as caught:
        do(setup_firm, owner, profile=replace(PROFILE, name="", accent="red"), base_currency="EURO")
    assert set(caught.value.fields) == {"name", "accent", "base_currency"}


def test_the_sandbox_is_no_way_to_be_paid_in_production(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = config.read({**os.environ, "PSA_ENV": "production", "PSA_SECRET_KEY": "k" * 40})
    monkeypatch.setattr("psa_app.services.firm.profile.settings", lambda: live)
    with pytest.raises(Invalid, match="no real money"):
        do(setup_firm, owner, profile=replace(PROFILE, payment_provider="sandbox"), base_currency="EUR")


def test_settings_change_and_the_currency_stays(owner: Actor) -> None:
    do(setup_firm, owner, profile=PROFILE, base_currency="EUR")
    changed = replace(PROFILE, name="Harbour", round_increment=15, overhead_minor=1_250)
    do(change_firm, owner, version=firm().version, profile=changed)
    assert (firm().name, firm().round_increment, firm().base_currency) == ("Harbour", 15, "EUR")
    assert "base_currency" not in Profile.__dataclass_fields__


def test_what_an_hour_costs_beside_people_is_not_told_by_history(owner: Actor) -> None:
    do(setup_firm, owner, profile=replace(PROFILE, overhead_minor=98_765), base_currency="EUR")
    do(change_firm, owner, version=1, profile=replace(PROFILE, overhead_minor=43_210))
    with db.reading() as session:
        told = [row.before + row.after for row in session.exec(select(History)).all()]
    assert len(told) == 2
    assert not any("98765" in line or "43210" in line for line in told)


def test_the_second_of_two_tabs_does_not_overwrite_the_first(owner: Actor) -> None:
    do(setup_firm, owner, profile=PROFILE, base_currency="EUR")
    seen = firm().version
    do(change_firm, owner, version=seen, profile=replace(PROFILE, name="First"))
    with pytest.raises(Stale):
        do(change_firm, owner, version=seen, profile=replace(PROFILE, name="Second"))
    assert firm().name == "First"


@pytest.mark.parametrize("role", ["finance", "lead", "member", "client"])
def test_only_the_owner_sets_up_and_changes_the_firm(owner: Actor, role: str) -> None:
    other = replace(owner, role=role)
    with pytest.raises(Forbidden):
        do(setup_firm, other, profile=PROFILE, base_currency="EUR")
    do(setup_firm, system(), profile=PROFILE, base_currency="EUR")
    for name in ("firm.change", "holidays.fill", "holidays.delete"):
        with pytest.raises(Forbidden):
            ACTS[name].perform(None, other, 1, {})
