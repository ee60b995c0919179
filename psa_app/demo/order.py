"""History in the order in which things happened."""

from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from psa_app.models import History

_TABLE: Any = History.__table__  # type: ignore[attr-defined]


def in_order(session: Session) -> None:
    """Numbers the lines of history by their time.

    The demo tells of the weeks first and of sales and talks afterwards, each with the clock set back. In
    a firm at work the number grows with the time, and lists rely on it. Nothing is sealed yet.
    """
    session.flush()
    place = func.row_number().over(order_by=(_TABLE.c.at, _TABLE.c.id))
    ranked = select(_TABLE.c.id, place.label("place")).subquery()
    connection = session.connection()
    connection.execute(update(_TABLE).where(_TABLE.c.id == ranked.c.id).values(id=-ranked.c.place))
    connection.execute(update(_TABLE).values(id=-_TABLE.c.id))
