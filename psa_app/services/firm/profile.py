"""What a firm says of itself and how it counts, checked whole."""

from dataclasses import dataclass
from typing import Any, Literal

from psa_app.config import settings
from psa_app.errors import Invalid
from psa_app.rules import fields
from psa_app.rules.expenses import check_policy_amount
from psa_app.rules.hours import Rounding
from psa_app.services.problems import FieldProblems

MOST_OVERHEAD = 10**9


@dataclass(frozen=True, slots=True)
class Profile:
    """The firm's settings. Empty texts are allowed except the name.

    `week_start` is an ISO weekday; `round_*` the rounding policy of a new scope (minutes);
    `target_percent` the billable utilization aimed at; `overhead_minor` what an hour of work costs
    beside its people, minor units of the base currency. What comes to less than
    `minimum_invoice_minor` (base currency, net) waits for the next billing run; with `drafts_itself` the
    app drafts what falls due. With `approves_expenses` an expense within its category's limit is approved as
    it is handed in; one above `receipt_above_minor` (base currency, None: any) needs a receipt.
    """

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
    overhead_minor: int = 0
    sole_approver: bool = False
    payment_provider: Literal["manual", "sandbox", "stripe"] = "manual"
    invoice_footer: str = ""
    minimum_invoice_minor: int = 0
    drafts_itself: bool = False
    approves_expenses: bool = False
    receipt_above_minor: int | None = None


def checked_profile(profile: Profile, found: FieldProblems) -> dict[str, Any]:
    """The firm's columns; what is wrong goes into `found`."""
    values: dict[str, Any] = {
        name: getattr(profile, name)
        for name in (
            "locale",
            "week_start",
            "payment_days",
            "tax_rounding",
            "target_percent",
            "overhead_minor",
            "sole_approver",
            "minimum_invoice_minor",
            "drafts_itself",
            "approves_expenses",
            "receipt_above_minor",
            "round_increment",
            "round_mode",
            "round_minimum",
            "round_per",
        )
    }
    _check_numbers(profile, found)
    values["accent"] = found.tried(lambda: _colour(profile.accent), "")
    values["payment_provider"] = found.tried(lambda: _provider(profile.payment_provider), "manual")
    return values | _words(profile, found)


def _words(profile: Profile, found: FieldProblems) -> dict[str, Any]:
    def text(name: str) -> str:
        given = getattr(profile, name)
        return found.tried(lambda: fields.text(given, name, max=120, required=name == "name"), "")

    def footer() -> str:
        return fields.text(profile.invoice_footer, "invoice_footer", max=600, required=False, multiline=True)

    names = ("name", "legal_name", "street", "postcode", "city", "phone", "website")
    return {name: text(name) for name in names} | {
        "country": found.tried(lambda: fields.country(profile.country, "country"), ""),
        "time_zone": found.tried(lambda: fields.zone(profile.time_zone, "time_zone"), ""),
        "email": found.tried(lambda: fields.email(profile.email, "email", required=False), ""),
        "invoice_footer": found.tried(footer, ""),
    }


def _check_numbers(profile: Profile, found: FieldProblems) -> None:
    _between(found, profile.week_start, 1, 7, "week_start", "Choose a day of the week.")
    _between(found, profile.payment_days, 0, 365, "payment_days", "Give between 0 and 365 days to pay.")
    _between(found, profile.target_percent, 0, 100, "target_percent", "The target lies between 0 and 100 %.")
    _between(
        found, profile.overhead_minor, 0, MOST_OVERHEAD, "overhead", "Give an amount that is not negative."
    )
    found.tried(lambda: check_policy_amount(profile.receipt_above_minor, "receipt_above"), None)
    _between(
        found,
        profile.minimum_invoice_minor,
        0,
        MOST_OVERHEAD,
        "minimum_invoice",
        "Give an amount that is not negative.",
    )
    try:
        Rounding(profile.round_increment, profile.round_mode, profile.round_minimum, profile.round_per)
    except Invalid as error:
        found.say(f"round_{error.field}" if error.field else "round_per", error.sentence)


def _between(found: FieldProblems, value: int, low: int, high: int, field: str, sentence: str) -> None:
    if not low <= value <= high:
        found.say(field, sentence)


def _colour(text: str) -> str:
    accent = text.strip().lower()
    if len(accent) != 7 or accent[0] != "#" or any(sign not in "0123456789abcdef" for sign in accent[1:]):
        raise Invalid("Give a colour such as #3a5bc7.", "accent")
    return accent


def _provider(name: str) -> str:
    if name == "stripe" and not settings().stripe_api_key:
        raise Invalid(
            "Put STRIPE_API_KEY into the settings file of this installation first.", "payment_provider"
        )
    if name == "sandbox" and settings().production:
        raise Invalid(
            "The sandbox takes no real money; choose another way in production.", "payment_provider"
        )
    return name
