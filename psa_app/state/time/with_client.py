"""Time that waits for clients, for those who approve it first: how much, since when, and asking now."""

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may, visible
from psa_app.display.figures import Fact
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import TimeEntry
from psa_app.queries.time.tables import PROJECT
from psa_app.queries.time.with_client import WithClient, with_client
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.client_ask import ask_client
from psa_app.state.base import actor, allow, read, say, write


class WithClientState(rx.State):
    """One row for each project; `askable` are the rows of which something has not been asked."""

    rows: list[Row] = []
    askable: list[str] = []
    _accounts: dict[str, int] = {}

    @rx.event
    @allow("time.approve")
    async def load(self) -> None:
        """Loads what waits."""
        found = await read(waiting_for_clients)
        sees_money = may(actor(), "rates.read")
        self.rows = [_row(one, sees_money) for one in found]
        self.askable = [_key(one) for one in found if one.asked < one.entries]
        self._accounts = {_key(one): one.account_id for one in found}

    @rx.event
    @allow("time.approve")
    async def ask(self, key: str) -> None:
        """Asks the client of a row now."""
        account_id = self._accounts.get(key, 0)
        try:
            requests = await write(lambda session, who: ask_client(session, who, account_id=account_id))
        except PsaError as error:
            await say(self, error.sentence, "bad")
            return
        finally:
            await self.load()
        seconds = sum(one.seconds for one in requests)
        await say(self, f"Asked to approve {h_mm_seconds(seconds)} h. The mail is on its way.")


def waiting_for_clients(session: Session, who: Actor) -> list[WithClient]:
    """What waits of the time that the actor sees."""
    return with_client(session, visible(who, TimeEntry))


def with_client_facts(session: Session, who: Actor, project_id: int) -> list[Fact]:
    """ "With the client: 12:30 h, €1,875.00" of a project, with the way to where it is asked for."""
    found = with_client(session, visible(who, TimeEntry), PROJECT.c.id == project_id)
    sees_money = may(who, "rates.read")
    return [
        Fact(
            "With the client",
            f"{h_mm_seconds(one.seconds)} h"
            + (f", {words.money(one.worth, one.currency)}" if sees_money and one.currency else ""),
            routes.APPROVALS,
        )
        for one in found
    ]


def _key(one: WithClient) -> str:
    return f"{one.project_id}-{one.currency}"


def _row(one: WithClient, sees_money: bool) -> Row:
    asked = "Asked" if one.asked == one.entries else f"{one.asked} of {one.entries} asked"
    worth = words.money(one.worth, one.currency) if sees_money and one.currency else words.MISSING
    cells = [
        Cell(one.account, kind="strong"),
        Cell(one.project),
        Cell(words.day(one.since)),
        Cell(asked if one.asked else "Not asked yet", kind="text" if one.asked else "warn"),
        Cell(h_mm_seconds(one.seconds), align="right"),
        Cell(worth, align="right"),
    ]
    href = routes.with_query(routes.TIME_ENTRIES, status="with_client", project=one.project_id)
    return Row(_key(one), cells, href=href, name=f"{one.account}, {one.project}")
