"""Setting up the firm, once, and changing its settings."""

import secrets
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, act
from psa_app.errors import Conflict, Stale
from psa_app.models import Firm, NumberSeries, TaxRate, touch
from psa_app.rules import money
from psa_app.services import history
from psa_app.services.expenses.categories import default_categories
from psa_app.services.firm.profile import Profile, checked_profile
from psa_app.services.numbers import DEFAULT_PATTERNS, WITH_TESTS
from psa_app.services.problems import FieldProblems
from psa_app.services.sales.stages import default_stages

# Standard rate by country in millionths, 2026. Source: European Commission, "VAT rates applied in the
# member states", and the tax offices of CH and GB. A firm changes or adds rates in Settings.
_STANDARD_TAX = {
    country: percent * 10_000
    for percent, countries in {
        17: "LU",
        19: "DE",
        20: "AT FR GB",
        21: "BE CZ ES NL",
        22: "IT",
        23: "IE PL PT",
        25: "DK NO SE",
    }.items()
    for country in countries.split()
} | {"CH": 81_000, "FI": 255_000}


@act("firm", "setup", right="firm.change", hidden=True)
def setup_firm(
    session: Session, actor: Actor, *, profile: Profile, base_currency: str, is_demo: bool = False
) -> Firm:
    """Makes the firm with its number series and taxes; the base currency is fixed from then on. Only once."""
    if session.exec(select(Firm)).first() is not None:
        raise Conflict("The firm is already set up. Change it in Settings.")
    found = FieldProblems()
    currency = base_currency.strip().upper()
    if found.tried(lambda: money.exponent(currency), -1) < 0:
        found.fields["base_currency"] = found.fields.pop("currency")
    values = checked_profile(profile, found)
    found.stop_if_any()
    firm = Firm(id=1, base_currency=currency, instance=secrets.token_hex(8), is_demo=is_demo, **values)
    session.add(firm)
    session.add_all(NumberSeries(kind=kind, pattern=pattern) for kind, pattern in DEFAULT_PATTERNS.items())
    tests = [(kind, f"TEST-{DEFAULT_PATTERNS[kind]}") for kind in WITH_TESTS]
    session.add_all(NumberSeries(kind=kind, sandbox=True, pattern=pattern) for kind, pattern in tests)
    session.add_all(_taxes(firm.country))
    session.add_all(default_stages())
    session.add_all(default_categories(currency))
    session.flush()
    history.note(session, actor, "firm", 1, "set up", {}, _told(values) | {"base_currency": currency})
    return firm


@act("firm", "change", right="firm.change")
def change_firm(session: Session, actor: Actor, *, version: int, profile: Profile) -> Firm:
    """Changes the firm's settings; the base currency stays as it was chosen.

    Raises `Stale` when someone saved meanwhile, `Invalid` or `Problems` for wrong fields.
    """
    firm = session.exec(select(Firm).with_for_update().execution_options(populate_existing=True)).one()
    if firm.version != version:
        raise Stale()
    found = FieldProblems()
    values = checked_profile(profile, found)
    found.stop_if_any()
    before, after = history.changed(history.values_of(firm, values), values)
    for name, value in after.items():
        setattr(firm, name, value)
    touch(firm)
    history.note(session, actor, "firm", 1, "changed", _told(before), _told(after))
    return firm


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """What history tells: more people read it than may see what an hour costs."""
    return {name: "…" if name == "overhead_minor" else value for name, value in values.items()}


def _taxes(country: str) -> list[TaxRate]:
    standard = _STANDARD_TAX.get(country, 0)
    name = f"VAT {standard / 10_000:g} %" if standard else "No tax"
    return [
        TaxRate(name=name, kind="standard" if standard else "zero", rate_ppm=standard, is_default=True),
        TaxRate(
            name="Reverse charge", kind="reverse_charge", note="Reverse charge: the recipient owes the tax."
        ),
        TaxRate(
            name="Outside the scope of VAT",
            kind="exempt",
            note="Not taxable here: the place of supply is abroad.",
        ),
    ]
