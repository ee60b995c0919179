"""What scopes are worth, for statements over many of them: as `rules/contract_value.py` says it.

A line's row always holds what was signed with all signed change orders in it.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from psa_app.models import Sow, SowLine
from psa_app.rules.contract_value import PERIODIC, TIME

_LINE_WORTH = case(
    (col(SowLine.model) == TIME, col(SowLine.cap_minor)),
    (col(SowLine.model).in_(PERIODIC), func.nullif(SowLine.value_minor * col(SowLine.periods), 0)),
    else_=col(SowLine.value_minor),
)
WORTH: Any = (
    select_columns(func.coalesce(func.sum(_LINE_WORTH), 0))
    .where(col(SowLine.sow_id) == col(Sow.id))
    .scalar_subquery()
)
ENDLESS: Any = (
    select_columns(func.count())
    .where(col(SowLine.sow_id) == col(Sow.id), _LINE_WORTH.is_(None))
    .scalar_subquery()
)


def worth_of(session: Session, sow_ids: Iterable[int]) -> dict[int, int]:
    """The contract values of scopes, minor units of their currency."""
    wanted: Any = select_columns(col(Sow.id), WORTH).where(col(Sow.id).in_(list(sow_ids)))
    rows = session.connection().execute(wanted)
    return {sow_id: int(worth) for sow_id, worth in rows}
