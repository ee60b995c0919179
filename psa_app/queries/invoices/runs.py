"""Billing runs as they are shown: how far, what came of each part, and why something is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from psa_app.access import Actor, fetch, require, visible
from psa_app.models import Account, BillingPart, BillingRun, Invoice
from psa_app.queries.invoices.missing import Missing

PAST = 20


@dataclass(frozen=True, slots=True)
class RunPart:
    """What came of a client in a currency, or of a draft; `invoice_id` is None where there is none now."""

    id: int
    account_id: int
    client: str
    state: str
    currency: str
    net: int
    invoice_id: int | None
    number: str
    reasons: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its parts, those first that were done, by client; `done` of `total` are through."""

    id: int
    kind: str
    state: str
    is_dry: bool
    until: date
    by_name: str
    account_id: int | None
    began_at: datetime
    problem: str
    done: int
    total: int
    parts: tuple[RunPart, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the worker is still to do something."""
        return self.state in ("waiting", "running")

    def sums(self, *states: str) -> dict[str, int]:
        """Net by currency of the parts in some states."""
        found: dict[str, int] = {}
        for part in self.parts:
            if part.state in states:
                found[part.currency] = found.get(part.currency, 0) + part.net
        return dict(sorted(found.items()))

    def count(self, *states: str) -> int:
        """How many parts are in some states."""
        return sum(part.state in states for part in self.parts)


def one_run(session: Session, actor: Actor, run_id: int) -> RunView:
    """A run with all its parts. Raises `NotFound`."""
    require(actor, "invoices.draft")
    run = fetch(session, actor, BillingRun, run_id)
    statement = (
        select(BillingPart, Account.name, Invoice.id, Invoice.number)
        .join(Account, col(Account.id) == col(BillingPart.account_id))
        .outerjoin(Invoice, col(Invoice.id) == col(BillingPart.invoice_id))
        .where(BillingPart.run_id == run_id)
        .order_by(Account.name, col(BillingPart.id))
    )
    parts = tuple(_part(*row) for row in session.exec(statement).all())
    return _view(run, parts, sum(part.state != "waiting" for part in parts), len(parts))


def how_far(session: Session, actor: Actor, run_id: int) -> RunView:
    """A run with how far it is, without its parts. Raises `NotFound`."""
    require(actor, "invoices.draft")
    run = fetch(session, actor, BillingRun, run_id)
    counts = _counts(session, [run_id])
    return _view(run, (), *counts.get(run_id, (0, 0)))


def past_runs(session: Session, actor: Actor) -> list[RunView]:
    """The last runs that were no mere look, newest first, without their parts."""
    require(actor, "invoices.draft")
    runs = session.exec(
        select(BillingRun)
        .where(visible(actor, BillingRun), ~col(BillingRun.is_dry))
        .order_by(col(BillingRun.id).desc())
        .limit(PAST)
    ).all()
    counts = _counts(session, [int(run.id or 0) for run in runs])
    return [_view(run, (), *counts.get(int(run.id or 0), (0, 0))) for run in runs]


def _counts(session: Session, run_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many parts are done, of how many, by run."""
    found: dict[int, tuple[int, int]] = {}
    statement = (
        select(BillingPart.run_id, BillingPart.state, func.count())
        .where(col(BillingPart.run_id).in_(run_ids))
        .group_by(col(BillingPart.run_id), col(BillingPart.state))
    )
    for run_id, state, count in session.exec(statement).all():
        done, total = found.get(run_id, (0, 0))
        found[run_id] = (done + (count if state != "waiting" else 0), total + count)
    return found


def _view(run: BillingRun, parts: tuple[RunPart, ...], done: int, total: int) -> RunView:
    return RunView(
        int(run.id or 0),
        run.kind,
        run.state,
        run.is_dry,
        run.until,
        run.by_name,
        run.account_id,
        run.began_at or run.created_at,
        run.problem,
        done,
        total,
        parts,
    )


def _part(part: BillingPart, client: str, invoice_id: int | None, number: Any) -> RunPart:
    return RunPart(
        int(part.id or 0),
        part.account_id,
        client,
        part.state,
        part.currency,
        part.net_minor,
        invoice_id,
        number or part.number,
        tuple(Missing(**one) for one in part.reasons),
    )
