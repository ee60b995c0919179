"""How far an act on very many records is, and what it left as it was."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from psa_app.access import Actor, visible
from psa_app.models import BulkRow, BulkRun

SHOWN = 200  # refused rows that are named; all of them are counted


@dataclass(frozen=True, slots=True)
class BulkNow:
    """`state`: waiting | running | stopped | left | done; `refusals` are (record id, name, why)."""

    id: int
    kind: str
    many: str
    verb: str
    label: str
    state: str
    total: int
    done: int
    refused: int
    problem: str
    refusals: tuple[tuple[int, str, str], ...]

    @property
    def is_open(self) -> bool:
        """Whether the worker goes on with it."""
        return self.state in ("waiting", "running")

    @property
    def tried(self) -> int:
        """The rows that are done or refused."""
        return self.done + self.refused


def shown_bulk(session: Session, actor: Actor, kind: str, run_id: int = 0) -> BulkNow | None:
    """The actor's last act on many records of a kind that they were not told the end of; or the one with
    this id.
    """
    wanted = [visible(actor, BulkRun), col(BulkRun.by_user) == actor.user_id, col(BulkRun.kind) == kind]
    wanted.append(col(BulkRun.id) == run_id if run_id else col(BulkRun.is_told).is_(False))
    run = session.exec(select(BulkRun).where(*wanted).order_by(col(BulkRun.id).desc()).limit(1)).first()
    if run is None:
        return None
    refused = (
        select(BulkRow.record_id, BulkRow.name, BulkRow.why)
        .where(BulkRow.bulk_run_id == run.id, BulkRow.outcome == "refused")
        .order_by(col(BulkRow.id))
        .limit(SHOWN)
    )
    found = () if not run.refused else tuple((row[0], row[1], row[2]) for row in session.exec(refused))
    return BulkNow(
        id=int(run.id or 0),
        kind=run.kind,
        many=run.many,
        verb=run.verb,
        label=run.label,
        state=run.state,
        total=run.total,
        done=run.done,
        refused=run.refused,
        problem=run.problem,
        refusals=found,
    )
