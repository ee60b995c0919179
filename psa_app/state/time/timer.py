"""The running timer in a dialog: stopped at another time, put on another day, or discarded."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.time.modifiers import modifier_choices
from psa_app.queries.time.timer import RunningTimer, running_timer
from psa_app.rules import fields
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.timer import change_timer, discard_timer, stop_timer
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.frame import FrameState
from psa_app.state.time.week import WeekState


class TimerState(rx.State):
    """What the dialog shows of the one running timer."""

    open: bool = False
    title: str = ""
    since: str = ""
    note: str = ""
    modifier: str = ""
    modifiers: list[Option] = []  # what counts for the task today
    ended: str = ""  # as a datetime-local input takes it, in the person's zone
    errors: dict[str, str] = {}
    form_key: int = 0
    asking_discard: bool = False
    _zone: str = "UTC"

    @rx.event
    @allow("timer.run")
    async def show(self) -> None:
        """Opens the dialog of the running timer."""
        timer = await read(running_timer)
        choices = await read(lambda session, who: _modifiers(session, who, timer)) if timer else []
        if timer is None:
            await say(self, "No timer is running.", "info")
            return
        zone = ZoneInfo(timer.time_zone)
        self.title, self.note, self._zone = f"{timer.project}: {timer.task}", timer.note, timer.time_zone
        self.since = f"Runs since {words.moment(timer.started_at, zone)}."
        self.ended = f"{clock.now().astimezone(zone):%Y-%m-%dT%H:%M}"
        self.modifier, self.modifiers = str(timer.modifier_id or ""), choices
        self.errors, self.open = {}, True
        self.form_key += 1

    @rx.event
    @allow("timer.run")
    async def choose(self, modifier: str) -> Any:
        """Gives the running timer a modifier at once, or takes it off; it runs on."""
        chosen = fields.optional_whole(modifier, "modifier") or 0
        try:
            await write(lambda session, who: change_timer(session, who, modifier_id=chosen))
        except PsaError as error:
            self.errors = {"modifier": error.sentence}
            return None
        self.modifier, self.errors = modifier, {}
        return FrameState.refresh

    @rx.event
    @allow("timer.run")
    async def stop(self, data: dict[str, Any]) -> Any:
        """Stops the timer at the given time and logs it; a refusal stands beside its field."""
        values = form_values(data, ("ended", "day", "note"))
        try:
            ended = _instant(values["ended"], self._zone) if values["ended"] != self.ended else None
            day = fields.optional_date(values["day"], "day")
            note = values["note"]

            def stop(session: Any, who: Any) -> Any:
                change_timer(session, who, note=note)
                return stop_timer(session, who, ended_at=ended, day=day)

            logged = await write(stop)
        except PsaError as error:
            renamed = {"ended_at": "ended", "work_date": "day", "timer": "form"}
            self.errors = {renamed.get(name, name): told for name, told in field_errors(error).items()}
            return None
        self.open = False
        await say(self, f"Timer stopped: {h_mm_seconds(sum(one.seconds for one in logged))} logged.")
        return [FrameState.refresh, WeekState.load]

    @rx.event
    @allow("timer.run")
    def ask_discard(self) -> None:
        """Asks before the timer's time is lost."""
        self.asking_discard = True

    @rx.event
    @allow("timer.run")
    async def discard(self) -> Any:
        """Ends the timer without logging its time."""
        self.asking_discard = False
        await write(discard_timer)
        self.open = False
        await say(self, "Timer discarded.")
        return [FrameState.refresh, WeekState.load]

    @rx.event
    @allow("timer.run")
    def keep(self) -> None:
        """Lets the timer run."""
        self.asking_discard = False

    @rx.event
    @allow("timer.run")
    def close(self) -> None:
        """Closes the dialog; the timer runs on."""
        self.open = False


def _modifiers(session: Session, who: Actor, timer: RunningTimer) -> list[Option]:
    today = clock.today(timer.time_zone)
    found = modifier_choices(session, who, [timer.task_id], today, today)
    return [Option(str(one.id), one.name) for one in found]


def _instant(text: str, zone: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise Invalid("Give day and time, such as 23/11/2026 17:30.", "ended") from None
