"""A cell of the week grid: what it holds of a task on a day, also at a modifier, and its note.

A cell is *set*, never added to: setting it twice is harmless. What the timer, an import or a handed-in
entry put into the cell stays; only the grid's own drafts take the difference, one for each modifier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act
from psa_app.errors import Invalid, NotFound
from psa_app.queries.time.tables import CELL
from psa_app.rules import hours
from psa_app.services.time import checks, facts, modifiers, pricing
from psa_app.services.time.entries import change_values, insert_entry, new_values, remove_entry
from psa_app.services.time.facts import DayEntry

Modifier = int | None  # the id of one; None is the plain rate


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid as it stands now: all its seconds, and the grid's own entries in it.

    `entry_id` is the first of them, the plain one where there is one.
    """

    task_id: int
    day: date
    seconds: int
    entry_id: int | None
    seq: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """What a cell holds: all its entries, and the grid's own drafts by modifier."""

    entries: Sequence[DayEntry]
    own: Mapping[Modifier, DayEntry]

    def fixed(self, *modifier: Modifier) -> int:
        """Seconds that are not the grid's own, of all or of some modifiers."""
        ids = {one.id for one in self.own.values()}
        return sum(
            one.seconds
            for one in self.entries
            if one.id not in ids and (not modifier or one.modifier_id in modifier)
        )

    def as_cell(self, task_id: int, day: date, seq: int) -> Cell:
        first = self.own.get(None) or next(iter(self.own.values()), None)
        return Cell(task_id, day, sum(one.seconds for one in self.entries), first.id if first else None, seq)


@act("entries", "set_cell", right="time.log")
def set_cell(
    session: Session,
    actor: Actor,
    *,
    task_id: int,
    day: date,
    minutes: int,
    seq: int,
    parts: Mapping[int, int] | None = None,
    note: str | None = None,
    person_id: int | None = None,
) -> Cell:
    """Makes the cell of a task and day hold `minutes` in all; 0 empties it.

    `parts` says how many of them have which modifier (minutes by its id), the rest has none; without
    it a cell of one modifier keeps it, and of several parts the plain one takes the difference.
    `seq` grows with every keystroke that is sent: an older one than the cell's last changes
    nothing. Refuses what `log_time` refuses, and less than the cell's other entries hold.
    """
    person = facts.locked_person(session, facts.whose(actor, person_id))
    if isinstance(minutes, bool) or not 0 <= minutes <= 1440:
        raise Invalid("Type between 0:00 and 24:00.", "minutes")
    task = facts.task_for(session, actor, person, task_id, day)
    is_new = _take_number(session, person.id, task.id, day, seq)
    held = _held(session, person.id, task.id, day)
    if not is_new:
        return held.as_cell(task.id, day, seq)
    wanted = _wanted(held, minutes) if parts is None else _wanted_parts(held, minutes, parts)
    if wanted == {key: one.seconds for key, one in held.own.items()} and note in (
        None,
        *(one.note for one in held.own.values()),
    ):
        return held.as_cell(task.id, day, seq)
    today = _check_day(actor, person, task.locked_through, day)
    _check_more(person, task, sum(wanted.values()) - sum(one.seconds for one in held.own.values()))
    ids = _Writer(session, actor, person, task, day).write(held.own, wanted, note)
    seconds = sum(wanted.values())
    warnings = hours.warn_entry(seconds, day, today) if seconds else []
    first = ids.get(None) or next(iter(ids.values()), None)
    return Cell(task.id, day, held.fixed() + seconds, first, seq, tuple(warnings))


@act("entries", "set_note", right="time.log")
def set_note(
    session: Session, actor: Actor, *, task_id: int, day: date, note: str, person_id: int | None = None
) -> int:
    """Gives the cell's own drafts, else its only draft, a note; returns the (first) entry's id.

    Raises `Invalid` for an empty cell, and where the entries have notes of their own.
    """
    person = facts.locked_person(session, facts.whose(actor, person_id))
    task = facts.task_for(session, actor, person, task_id, day)
    checks.check_open(task.locked_through, day, actor)
    held = _held(session, person.id, task.id, day)
    drafts = [one for one in held.entries if one.status == "draft"]
    own = list(held.own.values()) or (drafts if len(drafts) == 1 else [])
    if not held.entries:
        raise Invalid("Type the hours first, then the note.", "note")
    if not own:
        checks.check_draft(held.entries[0].status)
        raise Invalid("This cell holds several entries with notes of their own.", "note")
    clean = checks.clean_note(note)
    for one in own:
        if one.note != clean or len(own) == 1:
            change_values(session, actor, one.id, {"note": one.note}, {"note": clean})
    return own[0].id


def _held(session: Session, person_id: int, task_id: int, day: date) -> _Held:
    cell = [one for one in facts.day_entries(session, person_id, day) if one.task_id == task_id]
    own: dict[Modifier, DayEntry] = {}
    for one in cell:
        if one.status == "draft" and one.source == "grid" and not one.has_clock:
            own.setdefault(one.modifier_id, one)
    return _Held(cell, own)


def _shown(seconds: int) -> int:
    """The minutes that a cell shows for seconds: half a minute up."""
    return (seconds + 30) // 60


def _wanted(held: _Held, minutes: int) -> dict[Modifier, int]:
    """Seconds of the own drafts by modifier where only the whole is typed."""
    if minutes == 0 and not held.fixed():
        return {}
    taker = next(iter(held.own)) if len(held.own) == 1 else None
    wanted = {key: one.seconds for key, one in held.own.items() if key != taker}
    others = held.fixed() + sum(wanted.values())
    rest = (minutes - _shown(others)) * 60
    if rest < 0:
        raise Invalid(_why_not_less(held, others), "minutes")
    return wanted | ({taker: rest} if rest else {})


def _wanted_parts(held: _Held, minutes: int, parts: Mapping[int, int]) -> dict[Modifier, int]:
    """Seconds of the own drafts by modifier where it is said how many have which."""
    for value in parts.values():
        if isinstance(value, bool) or not 0 <= value <= 1440:
            raise Invalid("Type between 0:00 and 24:00.", "minutes")
    plain = minutes - sum(parts.values())
    if plain < 0:
        raise Invalid("More of these hours have a modifier than there are in all.", "minutes")
    known = {key for one in held.entries if (key := one.modifier_id) is not None}
    whole: dict[Modifier, int] = {None: plain} | dict.fromkeys(known, 0)
    whole.update(parts.items())
    wanted = {key: (value - _shown(held.fixed(key))) * 60 for key, value in whole.items()}
    if min(wanted.values()) < 0:
        raise Invalid(_why_not_less(held, held.fixed()), "minutes")
    return {key: seconds for key, seconds in wanted.items() if seconds}


def _why_not_less(held: _Held, stays: int) -> str:
    """Why a cell cannot hold less than these seconds."""
    ids = {one.id for one in held.own.values()}
    sent = [one for one in held.entries if one.id not in ids and one.status != "draft"]
    if sent:
        word = {"submitted": "handed in", "approved": "approved", "invoiced": "on an invoice"}[sent[0].status]
        part = hours.h_mm_seconds(sum(one.seconds for one in sent))
        return f"{part} of this cell is {word} and stays. Type that much or more."
    if not held.fixed():
        return f"{hours.h_mm_seconds(stays)} of this cell has a modifier. Open the cell to change it."
    return f"{hours.h_mm_seconds(stays)} of this cell has entries of its own. Open the cell to change them."


def _check_day(actor: Actor, person: Any, locked_through: date | None, day: date) -> date:
    """Checks lock and employment; returns the person's today."""
    today = clock.today(person.time_zone)
    checks.check_open(locked_through, day, actor)
    checks.check_employed(person, day, today)
    return today


def _check_more(person: Any, task: Any, more: int) -> None:
    """Whether the task takes more seconds than it has on the day."""
    if more > 0:
        checks.check_task(task, person)
        hours.check_day(task.day_seconds + more, "seconds")


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes, changes and removes the grid's own drafts of one cell."""

    session: Session
    actor: Actor
    person: Any
    task: Any
    day: date

    def write(
        self, own: Mapping[Modifier, DayEntry], wanted: Mapping[Modifier, int], note: str | None
    ) -> dict[Modifier, int]:
        """Makes the own drafts hold `wanted` seconds by modifier, and returns their ids by it.

        An entry that only gets another modifier stays the same entry.
        """
        ids: dict[Modifier, int] = {}
        gone = [one for key, one in own.items() if key not in wanted]
        kept = next((one.note for one in own.values() if one.note), "")
        text = kept if note is None else checks.clean_note(note)
        for key, seconds in wanted.items():
            if key in own:
                ids[key] = self._change(own[key], seconds, own[key].note if note is None else text)
            elif gone:
                ids[key] = self._turn(gone.pop(0), key, seconds, text)
            else:
                ids[key] = self._insert(key, seconds, text)
        for one in gone:
            before = {"seconds": one.seconds, "note": one.note, "work_date": self.day}
            remove_entry(self.session, self.actor, one.id, before)
        return ids

    def _change(self, one: DayEntry, seconds: int, note: str) -> int:
        before, after = {"seconds": one.seconds, "note": one.note}, {"seconds": seconds, "note": note}
        if before != after:
            change_values(self.session, self.actor, one.id, before, after)
        return one.id

    def _turn(self, one: DayEntry, key: Modifier, seconds: int, note: str) -> int:
        before = {"seconds": one.seconds, "note": one.note, "modifier_id": one.modifier_id}
        after = {"seconds": seconds, "note": note, "modifier_id": key} | self._price(
            key, no_charge_reason=one.no_charge_reason, override=one.override_minor
        ).values()
        change_values(self.session, self.actor, one.id, before, after)
        return one.id

    def _insert(self, key: Modifier, seconds: int, note: str) -> int:
        values = new_values(
            self.person, self.task, self.day, seconds, self._price(key), note=note, modifier_id=key
        )
        return insert_entry(self.session, self.actor, values)

    def _price(self, key: Modifier, **more: Any) -> pricing.Price:
        row = modifiers.chosen(self.session, self.actor, key, self.task, self.day)
        if row is None and key is not None:
            raise NotFound()
        return pricing.price_one(self.session, self.person, self.task, self.day, modifier=row, **more)


_OF_CELL = (
    CELL.c.person_id == bindparam("of_person"),
    CELL.c.task_id == bindparam("of_task"),
    CELL.c.work_date == bindparam("of_day"),
)
_LAST_NUMBER = select(CELL.c.seq).where(*_OF_CELL)
_SET_NUMBER = update(CELL).where(*_OF_CELL).values(seq=bindparam("new_seq"))
_ADD_NUMBER = insert(CELL)


def _take_number(session: Session, person_id: int, task_id: int, day: date, seq: int) -> bool:
    """Keeps `seq` as the cell's last and returns True; False for one that is not newer."""
    if isinstance(seq, bool) or not 0 <= seq < 2**53:
        raise Invalid("The number of this change is out of range. Reload the page.", "seq")
    connection = session.connection()
    of = {"of_person": person_id, "of_task": task_id, "of_day": day}
    last = connection.execute(_LAST_NUMBER, of).scalar()
    if last is None:
        connection.execute(
            _ADD_NUMBER, {"person_id": person_id, "task_id": task_id, "work_date": day, "seq": seq}
        )
    elif seq <= last:
        return False
    else:
        connection.execute(_SET_NUMBER, of | {"new_seq": seq})
    return True
