"""The tables of a retainer's ledger, for statements over many rows."""

from typing import Any

from psa_app.models import RetainerDraw, RetainerLot, RetainerNotice, RetainerPeriod, SubscriptionChange

DRAW: Any = RetainerDraw.__table__  # type: ignore[attr-defined]
LOT: Any = RetainerLot.__table__  # type: ignore[attr-defined]
CLOSED: Any = RetainerPeriod.__table__  # type: ignore[attr-defined]
NOTICE: Any = RetainerNotice.__table__  # type: ignore[attr-defined]
CHANGE: Any = SubscriptionChange.__table__  # type: ignore[attr-defined]
