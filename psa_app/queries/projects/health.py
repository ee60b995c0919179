"""How a project stands, in one word: what is used of its budget, what is still planned, what it earns."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from psa_app.queries.projects.earned import Earned
from psa_app.rules.hours import h_mm
from psa_app.rules.money import half_up

AHEAD = Fraction(1, 5)  # more of the budget used than of the time gone by this much is a risk
NEARLY = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class Health:
    """A project's standing: `used` is time worked ÷ budget (None without one), `planned` minutes to come.

    `state` is a word of `display/states.py`, `why` a sentence behind it. `margin` is None where the
    reader may not see it, or nothing is earned yet.
    """

    project_id: int
    name: str
    account: str
    lead_id: int | None
    minutes: int
    budget_minutes: int
    planned: int
    used: Fraction | None
    margin: Fraction | None
    state: str
    why: str

    @property
    def needs_a_look(self) -> bool:
        """True unless everything is on track."""
        return self.state != "on_track"


def health(one: Earned, today: date, planned: int, *, shows_margin: bool) -> Health:
    """The standing of a contract that has a project."""
    contract = one.contract
    minutes = one.seconds // 60
    used = Fraction(minutes, contract.budget_minutes) if contract.budget_minutes else None
    state, why = _state(one, today, minutes, planned, used, shows_margin)
    return Health(
        contract.key,
        contract.name,
        contract.account,
        contract.lead_id,
        minutes,
        contract.budget_minutes,
        planned,
        used,
        one.margin if shows_margin else None,
        state,
        why,
    )


def _state(
    one: Earned, today: date, minutes: int, planned: int, used: Fraction | None, shows_margin: bool
) -> tuple[str, str]:
    contract = one.contract
    if used is not None and used > 1:
        return "over_budget", f"{h_mm(minutes - contract.budget_minutes)} more than the budget."
    if one.unpriced:
        entries = "1 entry has" if one.unpriced == 1 else f"{one.unpriced} entries have"
        return "unpriced", f"{entries} no rate."
    if one.over_cap_seconds:
        return "over_cap", f"{h_mm(one.over_cap_seconds // 60)} worked beyond the cap cannot be billed."
    if contract.ends_on is not None and contract.ends_on < today:
        return "late", f"It should have ended on {contract.ends_on.isoformat()}."
    if one.held:
        return "at_risk", "The estimate is used up and nobody is booked: how far is it?"
    if shows_margin and one.margin is not None and one.margin < 0:
        return "off_track", "It costs more than it earns."
    rest = contract.budget_minutes - minutes
    if used is not None and planned > rest:
        return "hours_low", f"{h_mm(planned)} are booked, {h_mm(rest)} are left of the budget."
    if (
        used is not None
        and used >= NEARLY
        and not _is_nearly_over(contract.starts_on, contract.ends_on, today)
    ):
        return "hours_low", f"{h_mm(rest)} are left of the budget."
    return _pace(used, contract.starts_on, contract.ends_on, today)


def _pace(
    used: Fraction | None, starts_on: date | None, ends_on: date | None, today: date
) -> tuple[str, str]:
    gone = _gone(starts_on, ends_on, today)
    if used is not None and gone is not None and used - gone > AHEAD:
        return "at_risk", f"{_percent(used)} of the hours are used in {_percent(gone)} of the time."
    return "on_track", ""


def _gone(starts_on: date | None, ends_on: date | None, today: date) -> Fraction | None:
    if starts_on is None or ends_on is None or ends_on <= starts_on:
        return None
    return min(max(Fraction((today - starts_on).days, (ends_on - starts_on).days), Fraction(0)), Fraction(1))


def _is_nearly_over(starts_on: date | None, ends_on: date | None, today: date) -> bool:
    gone = _gone(starts_on, ends_on, today)
    return gone is not None and gone >= NEARLY


def _percent(share: Fraction) -> str:
    return f"{half_up(share * 100)} %"


_ORDER = (
    "over_budget",
    "unpriced",
    "over_cap",
    "late",
    "off_track",
    "hours_low",
    "at_risk",
    "on_track",
)


def by_urgency(one: Health) -> tuple[int, Fraction, str]:
    """What needs a look most stands first, then who has used most."""
    return _ORDER.index(one.state), -(one.used or Fraction(0)), one.name
