"""Public holidays of a country, taken from the `holidays` library and kept as rows that can be changed."""

from sqlmodel import Session, select

from psa_app.access import Actor, act
from psa_app.errors import Invalid
from psa_app.models import Holiday
from psa_app.services import history


@act("holidays", "fill", right="firm.change")
def fill_holidays(session: Session, actor: Actor, *, calendar: str, from_year: int, to_year: int) -> int:
    """Adds the public holidays of a calendar ("AT", "DE-BY") for some years; returns how many were new.

    Days that are there already stay as they are. Raises `Invalid` for an unknown calendar.
    """
    if not 2000 <= from_year <= to_year <= from_year + 20:
        raise Invalid("Give a first and a last year, at most 20 years apart.", "to_year")
    known = set(session.exec(select(Holiday.day).where(Holiday.calendar == calendar)).all())
    days = _public_holidays(calendar, range(from_year, to_year + 1))
    new = {day: name for day, name in days.items() if day not in known}
    for day, name in sorted(new.items()):
        session.add(Holiday(calendar=calendar, day=day, name=name[:80]))
    session.flush()
    if new:
        history.note(session, actor, "holiday", 1, "filled", {}, {"calendar": calendar, "days": len(new)})
    return len(new)


def _public_holidays(calendar: str, years: range) -> dict:  # type: ignore[type-arg]
    import holidays

    country, _, region = calendar.partition("-")
    try:
        return dict(holidays.country_holidays(country, subdiv=region or None, years=years, language="en_US"))
    except NotImplementedError:
        raise Invalid(
            f"There is no calendar {calendar[:10]}. Use a country such as AT, or DE-BY with a region.",
            "calendar",
        ) from None
