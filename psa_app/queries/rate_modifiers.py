"""Modifiers of rates for a screen, with what they count for and how much time has them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Firm, RateModifier, Sow, SowLine, TimeEntry
from psa_app.rules.modifiers import ModifierRow


@dataclass(frozen=True, slots=True)
class ModifierLine:
    """A modifier; `counts_for` is a client or a scope's line in words, "" for all the firm's work.

    `entries` is how many time entries have it; `is_fixed`: its scope was sent; `locale` is the client's,
    else the firm's.
    """

    row: ModifierRow
    version: int
    counts_for: str
    is_fixed: bool
    entries: int
    locale: str


def modifiers_of(session: Session, actor: Actor) -> list[ModifierLine]:
    """All modifiers by name, those that have ended last."""
    require(actor, "rates.read")
    used = _used(session, actor)
    own = session.exec(select(Firm.locale)).first() or "en"
    columns: Any = (
        RateModifier,
        col(Account.locale),
        col(RateModifier.account_id).is_not(None),
        Account.name,
        SowLine.title,
        Sow.number,
        Sow.title,
        Sow.status,
    )
    found = session.exec(
        select(*columns)
        .outerjoin(SowLine, col(SowLine.id) == col(RateModifier.sow_line_id))
        .outerjoin(Sow, col(Sow.id) == col(SowLine.sow_id))
        .outerjoin(
            Account, col(Account.id) == func.coalesce(col(RateModifier.account_id), col(Sow.account_id))
        )
        .where(visible(actor, RateModifier))
        .order_by(col(RateModifier.valid_to).is_not(None), RateModifier.name, col(RateModifier.id))
    )
    return [
        _line(one, used, locale or own, client if is_clients else None, *names)
        for one, locale, is_clients, client, *names in found
    ]


def _used(session: Session, actor: Actor) -> dict[int, int]:
    rows = session.connection().execute(
        select_columns(col(TimeEntry.modifier_id), func.count())
        .where(col(TimeEntry.modifier_id).is_not(None), visible(actor, TimeEntry))
        .group_by(col(TimeEntry.modifier_id))
    )
    return {int(modifier or 0): int(many) for modifier, many in rows}


def _line(
    one: RateModifier,
    used: dict[int, int],
    locale: str,
    client: str | None,
    line: str | None,
    number: str | None,
    scope: str | None,
    status: str | None,
) -> ModifierLine:
    row = ModifierRow(
        int(one.id or 0),
        one.name,
        one.factor_ppm,
        one.plus_minor,
        one.currency,
        one.valid_from,
        one.valid_to,
        one.account_id,
        one.sow_line_id,
    )
    counts_for = client or (f"{number or scope}: {line}" if line else "")
    is_fixed = status not in (None, "draft")
    return ModifierLine(row, one.version, counts_for, is_fixed, used.get(row.id, 0), locale)


def draft_lines(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The lines by time of scopes that are drafts still: (id, words)."""
    require(actor, "rates.change")
    found = session.exec(
        select(SowLine.id, SowLine.title, Sow.title, Account.name)
        .join(Sow, col(Sow.id) == col(SowLine.sow_id))
        .join(Account, col(Account.id) == col(Sow.account_id))
        .where(visible(actor, SowLine), Sow.status == "draft", SowLine.model == "time_and_materials")
        .order_by(Account.name, col(SowLine.id))
        .limit(200)
    )
    return [(int(one or 0), f"{client}, {scope}: {line}") for one, line, scope, client in found]
