"""An attacker's socket calls every handler that the program registers: nothing changes, nothing leaks.

The handlers are found when the test runs, so a page that is added tomorrow is attacked tomorrow.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from reflex_base.registry import RegistrationContext
from sqlalchemy import Engine, text

from psa_app import db
from psa_app.access import Actor
from psa_app.models import User, metadata
from psa_app.services.identity.sessions import open_session, resolve_cookie
from psa_app.state.arguments import BadArguments
from psa_app.state.declared import access_of, permits
from tests.support.app_server import AppServer, Tab, app_server, until  # noqa: F401
from tests.support.logins import cookie
from tests.support.prepared import prepared
from tests.support.world import World, make_world

pytestmark = pytest.mark.anyio
HYDRATE = "reflex___state____state.hydrate_and_load"
REFRESH = "reflex___state____state.psa_app___state___frame____frame_state.refresh"
# What everyone may know of the firm, and what a failed try or a look at one's own page writes down.
MAY_CHANGE = {"sign_in_attempt"}
MAY_CHANGE_OF_ONES_OWN = MAY_CHANGE | {"login_session", "history", "user"}


def attacked() -> World:
    made = make_world()
    made.worked("Ann", "Build", date(2026, 11, 16), 90, "Secret note of Northwind")
    made.worked("Ben", "Advise", date(2026, 11, 17), 60, "Secret note of Kestrel")
    return made


world = prepared(attacked, alone=True, only_sqlite=True)


@pytest.fixture
def watch(world: World) -> Iterator["Watch"]:
    """What changes in the database from here on."""
    watching = Watch(db.engine())
    yield watching
    watching.close()


def handlers() -> list[str]:
    return [name for name in sorted(RegistrationContext.get().event_handlers) if ".tests___" not in name]


def token_of(actor: Actor) -> str:
    with db.unit_of_work() as session:
        return open_session(session, session.get_one(User, actor.user_id), "192.0.2.66", "an attacker")


def tables() -> dict[str, str]:
    """A digest of every row of every table."""
    found = {}
    with db.reading() as session:
        for name in metadata.tables:
            rows = session.connection().execute(text(f'SELECT * FROM "{name}" ORDER BY 1')).all()
            found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def payloads(name: str, ids: list[int]) -> list[Any]:
    """Made-up arguments: such as the handler wants, with ids of others; and such as it does not want."""
    handler = RegistrationContext.get().event_handlers[name].handler.fn
    hints = get_type_hints(handler)
    names = list(inspect.signature(handler).parameters)[1:]
    fitting = [{one: _value(hints.get(one, str), row_id) for one in names} for row_id in ids]
    return [*fitting, {}, dict.fromkeys(names), {one: [[1]] for one in names}, {"x": 1}]


def _value(hint: Any, row_id: int) -> Any:
    kinds = [get_origin(one) or one for one in (get_args(hint) or (hint,))] + [get_origin(hint) or hint]
    if dict in kinds:
        fields = (
            "id",
            "name",
            "email",
            "password",
            "role",
            "token",
            "reason",
            "amount",
            "who",
            "title",
            "text",
        )
        return {field: str(row_id) for field in fields} | {"version": "1", "role": "owner"}
    if list in kinds:
        return [row_id]
    if bool in kinds:
        return True
    return row_id if int in kinds else str(row_id)


async def attack(tab: Tab, name: str, ids: list[int], page: str) -> str:
    """Calls one handler in all ways; returns everything that came back."""
    return json.dumps(await tab.send_all(name, payloads(name, ids), page), ensure_ascii=False)


def leaked(got: str, words: list[str]) -> list[str]:
    """The words that stand in what came back; digits within a longer number or id do not count."""
    return [word for word in words if re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", got)]


def told(got: str) -> set[str]:
    """What toasts said, but for the guard's own word on arguments: no service was asked then."""
    texts = re.findall(r'"toasts_rx_state_": \[(.*?)\]', got)
    return {one for text in texts for one in re.findall(r'"text": "(.*?)"', text)} - {
        BadArguments("").sentence
    }


def secrets_of(world: World, *names: str) -> list[str]:
    people = [part for name in names for part in (world[name].name, world[name].email)]
    return [*people, "5555", "55.55", "Pays late", "Secret note"]


class Watch:
    """Notices cheaply whether anybody committed anything, then says which tables differ."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()
        self.before, self._version = tables(), self._now()

    def _now(self) -> int:
        return int(self._connection.cursor().execute("PRAGMA data_version").fetchone()[0])

    def changes(self) -> set[str] | None:
        """The tables that changed since the last call; None when nothing was committed at all."""
        version = self._now()
        if version == self._version:
            return None
        after = tables()
        found = {name for name in after if after[name] != self.before[name]}
        self.before, self._version = after, version
        return found

    def close(self) -> None:
        self._connection.close()


async def test_a_socket_without_a_session_learns_and_changes_nothing(world, watch, app_server):  # noqa: F811
    secrets = [
        *secrets_of(world, "Olga", "Ann", "Nina", "Karl"),
        "Northwind",
        "Kestrel",
        "Checkout",
        "SOW-001",
    ]
    tab = await Tab(app_server).open()
    for name in handlers():
        got = await attack(tab, name, [1, 2], "/invoices/1")
        assert leaked(got, secrets) == [], name
        assert access_of(name) == () or not told(got), f"{name} was let through to a service"
        changes = watch.changes()
        if changes is not None:
            assert access_of(name) == (), f"{name} wrote for nobody"
            assert changes <= MAY_CHANGE, name
    await tab.close()
    assert len(handlers()) > 40


async def test_a_clients_socket_reaches_nothing_that_is_not_the_clients(world, watch, app_server):  # noqa: F811
    """Nina of Northwind calls everything with Kestrel's ids and with those of the firm's people."""
    nina = world["Nina"]
    secrets = [*secrets_of(world, "Karl", "Fred"), "Kestrel", "Secret note of Kestrel"]
    token = token_of(nina)
    tab = await Tab(app_server).open(cookie(token))
    watch.changes()
    heard = set[str]()
    for name in handlers():
        got = await attack(tab, name, [world.clients["Kestrel"], 1], "/portal/invoices/1")
        heard |= told(got)
        assert leaked(got, secrets) == [], name
        may = permits(access_of(name), nina)
        assert may or not told(got), f"{name} was let through to a service"
        changes = watch.changes()
        if changes is not None:
            assert may, f"{name} wrote for a client"
            assert changes <= MAY_CHANGE_OF_ONES_OWN, name
        if not holds(token):
            await tab.close()
            token = token_of(nina)
            tab = await Tab(app_server).open(cookie(token))
            watch.changes()
    await tab.close()
    assert heard


def holds(token: str) -> bool:
    """False after an act that ended the attacker's own session."""
    with db.reading() as session:
        return resolve_cookie(session, token) is not None


@pytest.mark.parametrize("who", ["Ann", "Lea", "Nina"])
async def test_no_cost_rate_is_ever_sent_to_who_may_not_see_it(world, app_server, who):  # noqa: F811
    """55.55 an hour is what everyone here costs; a lead sees the role's standard, 50.00."""
    token = token_of(world[who])
    tab = await Tab(app_server).open(cookie(token))
    for name in handlers():
        if permits(access_of(name), world[who]):
            got = await attack(tab, name, [1], "/people/1")
            assert leaked(got, ["55.55", "5555"]) == [], name
            if not holds(token):
                await tab.close()
                token = token_of(world[who])
                tab = await Tab(app_server).open(cookie(token))
    await tab.close()


DEEP = 10_000
RAW = [
    "null",
    "1",
    "[]",
    '"text"',
    "{}",
    '{"name": 5}',
    '{"name": null, "payload": 5}',
    "not json at all",
    '{"name": "x", "payload": [1]}',
    '{"name": "x", "payload": {}, "router_data": 5}',
    '{"name": "\\ud800"}',
    '{"name": "x", "router_data": {"pathname": 5}}',
    '{"name": "x", "payload": {"n": NaN, "m": -Infinity}}',
    *(
        f'{{"name": "{HYDRATE}", "payload": {payload}}}'
        for payload in (
            '{"vars": {"a.b": 1}}',
            '{"vars": 5, "hashes": 7}',
            '{"hashes": [1, 2]}',
            '{"x": 1}',
            "[]",
            "7",
        )
    ),
    '{"name": "x", "payload": {"n": 1%s}}' % ("0" * 5000),
    "[" * DEEP + "]" * DEEP,
    '{"a":' * DEEP + "1" + "}" * DEEP,
    '"' + "x" * 500_000 + '"',
    '{"name": "x\\r\\nforged line \\u001b[31m", "payload": {}}',
]


async def test_a_broken_message_harms_nobody(world, watch, app_server):  # noqa: F811
    """The sender's own socket may be closed; another person's goes on as if nothing had happened."""
    other = await Tab(app_server).open(cookie(token_of(world["Olga"])))
    token = token_of(world["Ann"])
    await other.send(REFRESH)
    for message in RAW:
        attacker = await Tab(app_server).open(cookie(token))
        await attacker.throw(message)
        assert "Olga Test" in str(await other.send(HYDRATE)), message[:100]
        await until(lambda tab=attacker: not app_server.is_busy(tab.name))
        await attacker.close()
    await other.close()
    assert (watch.changes() or set()) <= {"login_session"}


async def test_a_message_of_ten_megabytes_closes_only_its_own_socket(world, app_server):  # noqa: F811
    other = await Tab(app_server).open(cookie(token_of(world["Olga"])))
    attacker = await Tab(app_server).open(cookie(token_of(world["Ann"])))
    await attacker.throw('{"name":"' + "x" * 10_000_000 + '"}')
    await until(lambda: not attacker.is_open)
    assert "Olga Test" in str(await other.send(REFRESH))
    await other.close()
