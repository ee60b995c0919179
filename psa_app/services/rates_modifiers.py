"""Modifiers of rates: the firm's, a client's, or a SOW line's while its scope is a draft."""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, act, fetch, require
from psa_app.errors import Conflict, Stale
from psa_app.models import Account, RateModifier, Sow, SowLine, touch
from psa_app.queries import rates as query
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import fields
from psa_app.rules.modifiers import MILLION, ModifierRow, check_modifier
from psa_app.services import history
from psa_app.services.time.pricing import MOVABLE, reprice


@act("rate_modifiers", "create", right="rates.change")
def create_modifier(
    session: Session,
    actor: Actor,
    *,
    name: str,
    valid_from: date,
    valid_to: date | None = None,
    factor_ppm: int = MILLION,
    plus_minor: int = 0,
    currency: str = "",
    account_id: int | None = None,
    sow_line_id: int | None = None,
) -> RateModifier:
    """Makes a modifier: `factor_ppm` in millionths, then `plus_minor` (minor units of `currency`) an hour.

    Raises `Invalid` for wrong values, `NotFound` outside the actor's scope, `Conflict` for a line of a scope
    that is no draft.
    """
    clean = fields.text(name, "name", 60)
    row = ModifierRow(
        0, clean, factor_ppm, plus_minor, currency, valid_from, valid_to, account_id, sow_line_id
    )
    check_modifier(row)
    if account_id is not None:
        fetch(session, actor, Account, account_id)
    if sow_line_id is not None:
        _check_line(session, actor, sow_line_id)
    record = RateModifier(
        name=clean,
        factor_ppm=factor_ppm,
        plus_minor=plus_minor,
        currency=currency,
        valid_from=valid_from,
        valid_to=valid_to,
        account_id=account_id,
        sow_line_id=sow_line_id,
    )
    session.add(record)
    session.flush()
    query.forget(session)
    after = history.values_of(record)
    history.note(session, actor, "rate_modifier", int(record.id or 0), "created", {}, after)
    return record


@act("rate_modifiers", "end", right="rates.change")
def end_modifier(
    session: Session, actor: Actor, modifier_id: int, *, version: int, last_day: date
) -> RateModifier:
    """Makes `last_day` the last on which a modifier counts; unapproved time after it gets the base rate."""
    record = fetch(session, actor, RateModifier, modifier_id, lock=True)
    if record.version != version:
        raise Stale()
    if record.sow_line_id is not None:
        _check_line(session, actor, record.sow_line_id)
    before = history.values_of(record)
    record.valid_to = last_day
    check_modifier(row_of(record))
    touch(record)
    session.flush()
    told = history.changed(before, history.values_of(record))
    history.note(session, actor, "rate_modifier", modifier_id, "ended", *told)
    reprice(session, actor, ENTRY.c.modifier_id == modifier_id)
    return record


def touched_after(session: Session, actor: Actor, modifier_id: int, last_day: date) -> tuple[int, int]:
    """How many entries not approved yet lose the modifier if `last_day` is its last; their seconds."""
    require(actor, "rates.change")
    fetch(session, actor, RateModifier, modifier_id)
    found = session.connection().execute(
        select(func.count(), func.coalesce(func.sum(ENTRY.c.seconds), 0)).where(
            MOVABLE, ENTRY.c.modifier_id == modifier_id, ENTRY.c.work_date > last_day
        )
    )
    many, seconds = found.one()
    return int(many), int(seconds)


def row_of(record: RateModifier) -> ModifierRow:
    """A modifier as rules take it."""
    return ModifierRow(
        int(record.id or 0),
        record.name,
        record.factor_ppm,
        record.plus_minor,
        record.currency,
        record.valid_from,
        record.valid_to,
        record.account_id,
        record.sow_line_id,
    )


def _check_line(session: Session, actor: Actor, line_id: int) -> None:
    line = fetch(session, actor, SowLine, line_id)
    if fetch(session, actor, Sow, line.sow_id).status != "draft":
        raise Conflict("This scope is not a draft any more. Agree the modifier in a change order.")
