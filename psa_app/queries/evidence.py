"""The chain of evidence for a file: whole for the firm, or one account's links told and the rest sealed."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require
from psa_app.models import (
    Account,
    ChangeOrder,
    Evidence,
    Firm,
    Milestone,
    Project,
    Quote,
    Signature,
    Sow,
    SowLine,
    TimeRequest,
)
from psa_app.rules.evidence import Link, make_pack


def link_of(row: Evidence) -> Link:
    """A stored link as the rules check it."""
    return Link(
        row.position,
        row.kind,
        row.document_id,
        row.act,
        row.at.isoformat(),
        row.content,
        row.salt,
        row.digest,
        row.before,
        row.seal,
    )


def evidence_pack(session: Session, actor: Actor, account_id: int | None = None) -> str:
    """The pack as JSON. With an account, what concerns others is left out: only their seals stay.

    Raises `NotFound` for an account outside the actor's scope.
    """
    require(actor, "evidence.read")
    firm = session.exec(select(Firm)).one()
    mine = None if account_id is None else _documents(session, fetch(session, actor, Account, account_id))
    links = list(_links(session, mine))
    signatures = session.exec(select(Signature)).all()
    texts = {
        one.text_hash: one.text
        for one in signatures
        if mine is None or (one.document, one.document_id) in mine
    }
    return make_pack(firm.legal_name or firm.name, clock.now().isoformat(), links, texts)


def _links(session: Session, mine: set[tuple[str, int]] | None) -> Iterator[Link]:
    for row in session.exec(select(Evidence).order_by(col(Evidence.position))):
        link = link_of(row)
        if mine is None or (row.kind, row.document_id) in mine:
            yield link
        else:
            yield Link(row.position, "other", 0, "", "", "", "", row.digest, row.before, row.seal)


def _documents(session: Session, account: Account) -> set[tuple[str, int]]:
    """Every document of an account that evidence can be of."""
    sows = select(Sow.id).where(Sow.account_id == account.id)
    lines = select(SowLine.id).where(col(SowLine.sow_id).in_(sows))
    projects = select(Project.id).where(Project.account_id == account.id)
    found: dict[str, Any] = {
        "sow": sows,
        "milestone": select(Milestone.id).where(col(Milestone.sow_line_id).in_(lines)),
        "change_order": select(ChangeOrder.id).where(col(ChangeOrder.sow_id).in_(sows)),
        "quote": select(Quote.id).where(Quote.account_id == account.id),
        "time": projects,
        "time_request": select(TimeRequest.id).where(TimeRequest.account_id == account.id),
    }
    return {(kind, int(one)) for kind, ids in found.items() for one in session.exec(ids) if one is not None}
