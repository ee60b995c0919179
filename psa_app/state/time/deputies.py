"""Deputies: who decides in one's place for some days."""

from typing import Any

import reflex as rx
from sqlmodel import select

from psa_app import clock
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.tables import Cell, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.people.deputies import DeputyRow, deputies, possible_deputies
from psa_app.rules import fields
from psa_app.services.people.deputies import end_deputy, name_deputy
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write


class DeputyState(rx.State):
    """The list, and the form for one more; empty for those who decide nothing."""

    rows: list[Row] = []
    own: list[str] = []
    choices: list[Option] = []
    may_name: bool = False
    form_open: bool = False
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False

    @rx.event
    @allow("leave.request")
    async def load(self) -> None:
        """Loads the deputies, for who may name one."""
        self.may_name = may(actor(), "deputies.change")
        if self.may_name:
            await self._load()

    async def _load(self) -> None:
        zone = await read(lambda session, _: session.exec(select(Firm.time_zone)).one())
        today = clock.today(zone)
        found = await read(lambda session, who: deputies(session, who, today))
        self.rows = [_row(one) for one in found]
        self.own = [str(one.id) for one in found if one.is_mine]
        self.is_ready = True

    @rx.event
    @allow("deputies.change")
    async def ask(self) -> None:
        """Opens the form."""
        found = await read(possible_deputies)
        self.choices = [Option(str(user_id), name) for user_id, name in found]
        self.errors, self.form_open = {}, True
        self.form_key += 1

    @rx.event
    @allow("deputies.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Names the deputy."""
        values = form_values(data, ("deputy_id", "starts_on", "ends_on"))
        try:
            if not values["deputy_id"]:
                raise Invalid("Choose who decides in your place.", "deputy_id")
            deputy = fields.whole(values["deputy_id"], "deputy_id")
            first = fields.iso_date(values["starts_on"], "starts_on")
            last = fields.iso_date(values["ends_on"], "ends_on")
            await write(
                lambda session, who: name_deputy(
                    session, who, deputy_id=deputy, starts_on=first, ends_on=last
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.form_open = False
        await self._load()
        await say(self, "Named. They see what waits for you on those days.")

    @rx.event
    @allow("deputies.change")
    async def end(self, row_id: int) -> None:
        """Takes the deputy's power away."""
        await write(lambda session, who: end_deputy(session, who, row_id))
        await self._load()
        await say(self, "Ended.")

    @rx.event
    @allow("deputies.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False


def _row(one: DeputyRow) -> Row:
    days = words.day_range(one.starts_on, one.ends_on)
    return Row(str(one.id), [Cell(one.deputy, kind="strong"), Cell(one.who), Cell(days)], name=one.deputy)
