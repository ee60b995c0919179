"""Time before a client's contact: what the signed-in reader and the holder of a mail's link share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.portal.time import LineRow, TimeToRead
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.client_answer import approve_request, refuse_request
from psa_app.state.base import field_errors, form_values

STATES = {
    "open": ("waiting", "Waits for you"),
    "approved": ("approved", ""),
    "refused": ("rejected", "Refused"),
    "silent": ("approved", "Approved by silence"),
    "withdrawn": ("recalled", "Taken back"),
}


def state_word(status: str, may_sign: bool = True, *, in_part: bool = False) -> Any:
    """The badge of a request or of one of its entries; `in_part`: not all of it was refused."""
    known, text = STATES[status]
    if status == "refused" and in_part:
        return badge("partly_approved", "Refused in part")
    return badge(known, "Waits" if status == "open" and not may_sign else text)


def counted(number: int) -> str:
    """ "1 entry", "3 entries"."""
    return "1 entry" if number == 1 else f"{number:,} entries"


class TimeReading(rx.State, mixin=True):
    """The entries, what the reader can do with them, and the answer that is being given."""

    scope: str = ""
    days: str = ""
    word: str = ""
    tone: str = ""
    note: str = ""
    columns: list[Column] = []
    lines: list[Row] = []
    figures: list[Fact] = []
    may_answer: bool = False
    approve_words: str = ""
    chosen: list[str] = []
    all_chosen: bool = False
    refusing: str = ""  # what the open question is about, "" while it is closed
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    is_missing: bool = False
    _request: int = 0
    _open: dict[str, int] = {}  # the seconds of each entry that can be answered
    _refuse: list[int] = []

    def _show(self, found: TimeToRead) -> None:
        one = found.request
        word = state_word(one.status, found.may_sign, in_part=one.refused < one.lines)
        self._request = one.id
        self.scope = one.scope
        self.days = words.day_range(one.first_day, one.last_day, found.locale)
        self.word, self.tone = word.text, word.tone
        self.note = _note(found)
        answered = any(line.status != "open" for line in found.lines)
        projects = len({line.project for line in found.lines})
        self.columns = _columns(answered)
        self.lines = [_line(line, found, answered, projects > 1) for line in found.lines]
        self.figures = _figures(found)
        self._open = {
            str(line.entry_id): line.seconds
            for line in found.lines
            if line.status == "open" and line.entry_id
        }
        self.may_answer = bool(self._open) and found.may_sign
        time = h_mm_seconds(sum(self._open.values()))
        every = "all " if len(self._open) == len(found.lines) else "the other "
        self.approve_words = f"Approve {every if len(found.lines) > 1 else ''}{time} h"
        self.chosen = [one for one in self.chosen if one in self._open]
        self.all_chosen = bool(self._open) and len(self.chosen) == len(self._open)
        self.is_ready, self.is_missing = True, False

    def _choose(self, row_id: str, yes: bool) -> None:
        if row_id in self._open:
            self.chosen = [*(one for one in self.chosen if one != row_id), *([row_id] if yes else [])]
            self.all_chosen = len(self.chosen) == len(self._open)

    def _choose_all(self, yes: bool) -> None:
        self.chosen, self.all_chosen = list(self._open) if yes else [], yes

    def _ask(self, ids: list[str]) -> None:
        self._refuse = [int(one) for one in ids]
        seconds = sum(self._open.get(one, 0) for one in ids)
        self.refusing = f"Refuse {counted(len(ids))}, {h_mm_seconds(seconds)} h" if ids else ""
        self.errors = {}
        self.form_key += 1

    def _close(self) -> None:
        self.refusing, self.errors, self._refuse = "", {}, []

    def _refused(self, error: PsaError) -> None:
        self.errors = field_errors(error)

    def _approval(self, ids: list[str]) -> Any:
        """What `approve_request` is called with: the entries that lie before the reader.

        None when there are none: pressed twice, the second time means nothing.
        """
        request_id, entries = self._request, tuple(int(one) for one in ids)
        if not entries:
            return None

        def approve(session: Session, who: Actor) -> object:
            return approve_request(session, who, request_id, entry_ids=entries)

        return approve

    def _refusal(self, data: Mapping[str, Any]) -> Any:
        """The same for `refuse_request`."""
        request_id, entries = self._request, tuple(self._refuse)
        if not entries:
            return None
        reason = form_values(data, ("reason",))["reason"]

        def refuse(session: Session, who: Actor) -> object:
            return refuse_request(session, who, request_id, reason=reason, entry_ids=entries)

        return refuse


def _columns(answered: bool) -> list[Column]:
    state = [Column("state", "State")] if answered else []
    return [
        Column("person", "Person", width="148px"),
        Column("day", "Day", width="112px"),
        Column("task", "Task"),
        Column("note", "Note"),
        *state,
        Column("time", "Time", align="right", width="72px", phone="side"),
    ]


def _line(one: LineRow, found: TimeToRead, answered: bool, shows_project: bool) -> Row:
    word = state_word(one.status, found.may_sign)
    day = words.day(one.day, found.locale)
    state = (
        [Cell(word.text, kind="badge", tone=word.tone, icon=word.icon, tip=one.reason)] if answered else []
    )
    cells = [
        Cell(one.person, kind="strong"),
        Cell(_weekday(one.day, found.locale)),
        Cell(one.task, sub=one.project if shows_project else ""),
        Cell(one.note or words.MISSING, kind="text" if one.note else "muted"),
        *state,
        Cell(h_mm_seconds(one.seconds), align="right"),
    ]
    locked = one.status != "open" or one.entry_id is None
    return Row(str(one.entry_id or ""), cells, name=f"{one.person}, {day}, {one.task}", locked=locked)


def _weekday(day: date, locale: str) -> str:
    """ "Mon 9 Nov" """
    name = words.day_long(day, locale).split(" ")[0].rstrip(",")[:3]
    return f"{name} {words.day(day, locale, year=False)}"


def _figures(found: TimeToRead) -> list[Fact]:
    """The sum of each person, and of all."""
    people: dict[str, int] = {}
    for line in found.lines:
        people[line.person] = people.get(line.person, 0) + line.seconds
    total = Fact("Together", f"{h_mm_seconds(found.request.seconds)} h", tone="strong")
    return [*(Fact(name, f"{h_mm_seconds(seconds)} h") for name, seconds in people.items()), total]


def _note(found: TimeToRead) -> str:
    one = found.request
    reasons = dict.fromkeys(line.reason for line in found.lines if line.reason)
    refused = f"Refused: {' · '.join(reasons)}" if reasons else ""
    if one.status == "open":
        until = words.day(one.until, found.locale) if one.until else ""
        quiet = f"What is not answered by the end of {until} counts as approved." if until else ""
        other = "" if found.may_sign else "You may read this. Someone else at your company has to approve it."
        return " ".join(part for part in (other, quiet, refused) if part)
    if one.status == "silent":
        return "This was not answered in time, so it counts as approved, as the scope says."
    if one.status == "withdrawn":
        return f"{found.firm} has taken this back. What is corrected comes to you again."
    by = f"Answered by {one.decided_by}" if one.decided_by else ""
    at = words.moment(one.decided_at, found.zone, found.locale) if one.decided_at else ""
    return ". ".join(part for part in (", ".join(filter(None, (by, at))), refused) if part)
