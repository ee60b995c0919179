"""Public holidays of a country, taken from the `holidays` library and kept as rows that can be changed."""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Invalid
from psa_app.models import Firm, Holiday
from psa_app.rules import fields
from psa_app.services import history

MOST_YEARS = 20


@act("holidays", "fill", right="firm.change")
def fill_holidays(session: Session, actor: Actor, *, calendar: str, from_year: int, to_year: int) -> int:
    """Adds the public holidays of a calendar ("AT", "DE-BY") for some years; returns how many were new.

    Days that are there already stay as they are. Raises `Invalid` for an unknown calendar.
    """
    if not 2000 <= from_year <= to_year <= min(from_year + MOST_YEARS, 2199):
        raise Invalid(f"Give a first and a last year, at most {MOST_YEARS} years apart.", "to_year")
    calendar = calendar_code(calendar)
    days = _public_holidays(calendar, range(from_year, to_year + 1))
    session.exec(select(Firm).with_for_update()).first()
    known = set(session.exec(select(col(Holiday.day)).where(Holiday.calendar == calendar)).all())
    new = [Holiday(calendar=calendar, day=day, name=name) for day, name in days.items() if day not in known]
    session.add_all(new)
    session.flush()
    lines = [({"calendar": calendar, "day": one.day, "name": one.name}, one.id or 0) for one in new]
    history.note_many(session, actor, "holiday", "filled", [(row_id, {}, values) for values, row_id in lines])
    return len(new)


@act("holidays", "delete", right="firm.change")
def delete_holiday(session: Session, actor: Actor, holiday_id: int) -> None:
    """Takes a day out of its calendar: people who live by it work then."""
    holiday = fetch(session, actor, Holiday, holiday_id, lock=True)
    history.note(session, actor, "holiday", holiday_id, "deleted", history.values_of(holiday), {})
    session.delete(holiday)


def calendar_code(text: str, field: str = "calendar") -> str:
    """A calendar's name in upper case: a country (AT), or one with a region (DE-BY). Raises `Invalid`."""
    country, dash, region = text.strip().upper().partition("-")
    if dash and not (region.isalnum() and len(region) <= 3):
        raise Invalid("Give a country such as AT, or DE-BY with a region.", field)
    return fields.country(country, field) + dash + region


def _public_holidays(calendar: str, years: range) -> Mapping[date, str]:
    """Name by day, in order; several names on a day stand in one."""
    import holidays

    country, _, region = calendar.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=years, language="en_US")
    except NotImplementedError:
        raise Invalid(
            f"There is no calendar {calendar[:10]}. Use a country such as AT, or DE-BY with a region.",
            "calendar",
        ) from None
    return {day: name[:80] for day, name in sorted(found.items())}
