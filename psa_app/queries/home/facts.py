"""What every figure of Home stands on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import clock
from psa_app.models import Firm
from psa_app.prepared import Prepared


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """The firm's currency, zone, locale and target utilization (percent), and its today."""

    currency: str
    zone: str
    locale: str
    target: int
    today: date


_firm: Any = Firm.__table__  # type: ignore[attr-defined]
_FACTS = Prepared(select(_firm.c.base_currency, _firm.c.time_zone, _firm.c.locale, _firm.c.target_percent))


def firm_facts(session: Session) -> FirmFacts:
    """Reads them in one statement."""
    (row,) = _FACTS.all(session, {})
    today = clock.today(row.time_zone)
    return FirmFacts(row.base_currency, row.time_zone, row.locale, row.target_percent, today)
