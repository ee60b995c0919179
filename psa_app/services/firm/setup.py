"""Setting up the firm, once, and changing its settings."""

import secrets
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, select

from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import Firm, NumberSeries, TaxRate, touch
from psa_app.rules import fields, hours, money
from psa_app.services import history
from psa_app.services.numbers import DEFAULT_PATTERNS

# Standard rate by country in millionths, 2026. Source: European Commission, "VAT rates applied in the
# member states", and the tax offices of CH and GB. A firm changes or adds rates in Settings.
_STANDARD_TAX = {
    "AT": 200_000, "BE": 210_000, "CH": 81_000, "CZ": 210_000, "DE": 190_000, "DK": 250_000, "ES": 210_000,
    "FI": 255_000, "FR": 200_000, "GB": 200_000, "IE": 230_000, "IT": 220_000, "LU": 170_000, "NL": 210_000,
    "NO": 250_000, "PL": 230_000, "PT": 230_000, "SE": 250_000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """What a firm says of itself. Empty texts are allowed except the name."""

    name: str
    legal_name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "AT"
    email: str = ""
    phone: str = ""
    website: str = ""
    time_zone: str = "Europe/Vienna"
    locale: Literal["en", "de"] = "en"
    week_start: int = 1
    accent: str = "#3a5bc7"
    payment_days: int = 30
    tax_rounding: Literal["total", "line"] = "total"
    round_increment: int = 1
    round_mode: Literal["up", "nearest", "down"] = "up"
    round_minimum: int = 0
    round_per: Literal["entry", "day_task"] = "entry"
    target_percent: int = 75
    sole_approver: bool = False
    payment_provider: Literal["manual", "sandbox", "stripe"] = "manual"
    invoice_footer: str = ""


@act("firm", "setup", right="firm.change", hidden=True)
def setup_firm(
    session: Session, actor: Actor, *, profile: Profile, base_currency: str, is_demo: bool = False
) -> Firm:
    """Makes the firm with its base currency, number series and taxes. Only once."""
    if session.exec(select(Firm)).first() is not None:
        raise Conflict("The firm is already set up.")
    money.exponent(base_currency)
    values = _checked(profile)
    firm = Firm(id=1, base_currency=base_currency, instance=secrets.token_hex(8), is_demo=is_demo, **values)
    session.add(firm)
    for kind, pattern in DEFAULT_PATTERNS.items():
        session.add(NumberSeries(kind=kind, sandbox=False, pattern=pattern))
    session.add(NumberSeries(kind="invoice", sandbox=True, pattern=f"TEST-{DEFAULT_PATTERNS['invoice']}"))
    for tax in _taxes(firm.country):
        session.add(tax)
    session.flush()
    history.note(session, actor, "firm", 1, "set up", {}, values | {"base_currency": base_currency})
    return firm


@act("firm", "change", right="firm.change")
def change_firm(session: Session, actor: Actor, *, version: int, profile: Profile) -> Firm:
    """Changes the firm's settings; the base currency stays as it was chosen."""
    firm = session.exec(select(Firm).with_for_update()).one()
    if firm.version != version:
        raise Stale()
    values = _checked(profile)
    before, after = history.changed(history.values_of(firm, values), values)
    for name, value in after.items():
        setattr(firm, name, value)
    touch(firm)
    history.note(session, actor, "firm", 1, "changed", before, after)
    return firm


def _checked(profile: Profile) -> dict[str, object]:
    hours.Rounding(profile.round_increment, profile.round_mode, profile.round_minimum, profile.round_per)
    _between(profile.week_start, 1, 7, "week_start", "Choose a day of the week.")
    _between(profile.payment_days, 0, 365, "payment_days", "Give between 0 and 365 days to pay.")
    _between(profile.target_percent, 0, 100, "target_percent", "The target lies between 0 and 100 %.")
    accent = profile.accent.lower()
    if len(accent) != 7 or accent[0] != "#" or any(c not in "0123456789abcdef" for c in accent[1:]):
        raise Invalid("Give a colour such as #3a5bc7.", "accent")
    texts = {
        name: fields.text(getattr(profile, name), name, max=120, required=name == "name")
        for name in ("name", "legal_name", "street", "postcode", "city", "phone", "website")
    }
    return texts | {
        "country": fields.country(profile.country, "country"), "time_zone": fields.zone(profile.time_zone, "time_zone"),
        "email": fields.email(profile.email, "email") if profile.email else "", "locale": profile.locale,
        "week_start": profile.week_start, "accent": accent, "payment_days": profile.payment_days,
        "tax_rounding": profile.tax_rounding, "round_increment": profile.round_increment,
        "round_mode": profile.round_mode, "round_minimum": profile.round_minimum, "round_per": profile.round_per,
        "target_percent": profile.target_percent, "sole_approver": profile.sole_approver,
        "payment_provider": profile.payment_provider,
        "invoice_footer": fields.text(profile.invoice_footer, "invoice_footer", max=600, required=False, multiline=True),
    }  # fmt: skip


def _between(value: int, low: int, high: int, field: str, sentence: str) -> None:
    if not low <= value <= high:
        raise Invalid(sentence, field)


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
