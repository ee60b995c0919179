"""Change orders that the app drafts by itself, once: for hours beyond a cap, and for those out of scope.

A draft that nobody has changed follows the hours; one that someone has changed is left alone. What was
sent, declined or withdrawn for a cap is not drafted again for the same cap.
"""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, require
from psa_app.errors import Invalid
from psa_app.formats import words
from psa_app.models import Account, ChangeOrder, Sow, SowLine, move
from psa_app.queries.contracts.extra_hours import out_of_scope, over_cap
from psa_app.queries.time.tables import ENTRY
from psa_app.rules.deltas import write_deltas
from psa_app.rules.proposals import (
    OUT_OF_SCOPE,
    OVER_CAP,
    Extra,
    first_day,
    proposed,
    reason_of,
    title_of,
)
from psa_app.services import history
from psa_app.services.contracts.change_orders import KIND, draft_change_order
from psa_app.services.contracts.scope_marks import give_back

log = logging.getLogger("psa_app.contracts")


def propose_change_orders(session: Session, actor: Actor, sow_ids: Sequence[int]) -> list[int]:
    """Drafts what these signed scopes need and brings earlier drafts up to date; the orders' ids.

    The scope is locked first, so that two at once draft one. Needs "changes.draft".
    """
    require(actor, "changes.draft")
    found: list[int] = []
    for sow_id in sorted(set(sow_ids)):
        sow = fetch(session, actor, Sow, sow_id, lock=True)
        if sow.status != "signed":
            continue
        try:
            found += [*_over_caps(session, actor, sow), *_out_of_scope(session, actor, sow)]
        except Invalid as error:
            log.warning("No change order can be drafted for %s: %s", sow.number, error.sentence)
    return found


def _over_caps(session: Session, actor: Actor, sow: Sow) -> list[int]:
    drafts = {one.source_key.rsplit(":", 1)[0]: one for one in _drafts(session, sow, OVER_CAP)}
    done = []
    for extra in over_cap(session, sow):
        line = f"{OVER_CAP}:{extra.line_id}"
        key = f"{line}:{_cap_of(session, extra.line_id)}"
        order = drafts.pop(line, None)
        if order is not None:
            done += _follow(session, actor, sow, order, [extra], key)
        elif not _known(session, sow, key):
            done.append(_draft(session, actor, sow, OVER_CAP, [extra], key))
    for order in drafts.values():
        _take_away(session, actor, order)
    return done


def _out_of_scope(session: Session, actor: Actor, sow: Sow) -> list[int]:
    open_drafts = [one for one in _drafts(session, sow, OUT_OF_SCOPE) if _is_untouched(one)]
    order = open_drafts[0] if open_drafts else None
    extras = out_of_scope(session, sow, order.id if order else None)
    if not extras:
        if order is not None:
            _take_away(session, actor, order)
        return []
    first = min(entry_id for one in extras for entry_id in one.entry_ids)
    if order is not None:
        done = _follow(session, actor, sow, order, extras, order.source_key)
        _hold(session, int(order.id or 0), extras)
        return done
    order_id = _draft(session, actor, sow, OUT_OF_SCOPE, extras, f"{OUT_OF_SCOPE}:{sow.id}:{first}")
    _hold(session, order_id, extras)
    return [order_id]


def _draft(session: Session, actor: Actor, sow: Sow, source: str, extras: Sequence[Extra], key: str) -> int:
    values = _values(session, sow, source, extras)
    order = draft_change_order(session, actor, int(sow.id or 0), **values)
    order.source, order.source_key = source, key
    session.flush()
    return int(order.id or 0)


def _follow(
    session: Session, actor: Actor, sow: Sow, order: ChangeOrder, extras: Sequence[Extra], key: str
) -> list[int]:
    """The hours of a draft that nobody has touched are those of today."""
    if not _is_untouched(order):
        return []
    values = _values(session, sow, order.source, extras)
    before, after = history.changed(history.values_of(order, values), values)
    order.source_key = key
    if not after:
        return []
    for name, value in values.items():
        setattr(order, name, value)
    history.note(session, actor, KIND, int(order.id or 0), "brought up to date", before, after)
    return [int(order.id or 0)]


def _values(session: Session, sow: Sow, source: str, extras: Sequence[Extra]) -> dict[str, Any]:
    locale = session.get_one(Account, sow.account_id).locale
    reason = reason_of(
        source,
        extras,
        lambda amount: words.money(amount, sow.currency, locale),
        lambda day: words.day(day, locale),
    )
    return {
        "title": title_of(source, extras),
        "effective_on": first_day(extras, sow.starts_on, sow.ends_on),
        "deltas": write_deltas(proposed(extras)),
        "reason": reason[:4000],
    }


def _take_away(session: Session, actor: Actor, order: ChangeOrder) -> None:
    """A draft whose hours are gone goes with them; should they come back, it is drafted anew."""
    if not _is_untouched(order):
        return
    move(order, KIND, "withdrawn")
    order.source_key = ""
    give_back(session, order)
    was, now = {"status": "draft"}, {"status": "withdrawn"}
    why = "The hours it was drafted for are covered, or no longer approved."
    history.note(session, actor, KIND, int(order.id or 0), "withdrawn", was, now, reason=why)


def _hold(session: Session, order_id: int, extras: Sequence[Extra]) -> None:
    """The entries that a draft is made for; those that have left it are free again."""
    ids = [entry_id for one in extras for entry_id in one.entry_ids]
    connection = session.connection()
    gone = (ENTRY.c.change_order_id == order_id, ENTRY.c.id.not_in(ids))
    connection.execute(update(ENTRY).where(*gone).values(change_order_id=None))
    connection.execute(update(ENTRY).where(ENTRY.c.id.in_(ids)).values(change_order_id=order_id))


def _drafts(session: Session, sow: Sow, source: str) -> Sequence[ChangeOrder]:
    return session.exec(
        select(ChangeOrder)
        .where(ChangeOrder.sow_id == sow.id, ChangeOrder.status == "draft", ChangeOrder.source == source)
        .order_by(col(ChangeOrder.id))
    ).all()


def _is_untouched(order: ChangeOrder) -> bool:
    return order.version == 1 and order.sent_at is None


def _known(session: Session, sow: Sow, key: str) -> bool:
    same = (ChangeOrder.sow_id == sow.id, ChangeOrder.source_key == key)
    return session.exec(select(ChangeOrder.id).where(*same)).first() is not None


def _cap_of(session: Session, line_id: int) -> int:
    return session.get_one(SowLine, line_id).cap_minor or 0
