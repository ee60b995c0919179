"""What an attacker tries everywhere at once: a role's socket beyond its rights, hostile addresses, markup."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from psa_app import db, routes
from psa_app.api.edge import SORRY
from psa_app.models import Account, Person, Project, Task
from psa_app.state.declared import access_of, permits
from tests.house.test_handlers_by_socket import Watch, attack, handlers, token_of
from tests.support.app_server import Tab, app_server  # noqa: F401
from tests.support.logins import cookie
from tests.support.prepared import prepared
from tests.support.world import MON, World, make_world

APP = Path(__file__).resolve().parents[2] / "psa_app"
MARKUP = '"><img src=x onerror=alert(1)><svg/onload=alert(1)> javascript:alert(1) {{7*7}} {0.__class__} ${x}'
HOSTILE = [
    "' OR 1=1--",
    "%_\\",
    "-1",
    "9" * 30,
    "1e308",
    "//evil.example",
    "%(x)s {0.a}",
    "\u202e\u2028\x00",
    "0001-01-01",
    "9999-12-31",
    "202699",
]
NAMES = (
    "q",
    "sort",
    "view",
    "page",
    "status",
    "tab",
    "week",
    "month",
    "person",
    "client",
    "lead",
    "open",
    "from",
    "until",
    "entry",
    "sheet",
    "line",
    "new",
    "year",
    "weeks",
    "project",
    "token",
    "told",
    "kind",
    "archived",
    "direction",
    "start",
    "role",
    "by",
)


SOAK = os.environ.get("PSA_SOAK") == "1"

# Statements built from names of our own tables and settings.
OUR_OWN_WORDS = {
    "db.py",
    "services/imports/rehearsal.py",
    "services/ops/backup.py",
    "services/ops/restore.py",
}


def words_for(place: int) -> list[str]:
    """Three of the hostile words for each page, each word for many pages; in `make soak` all for all."""
    if SOAK:
        return HOSTILE
    return [HOSTILE[(place + step) % len(HOSTILE)] for step in (0, 4, 8)]


def attacked() -> World:
    made = make_world()
    made.worked("Ann", "Build", MON, 90)
    return made


world = prepared(attacked, alone=True, only_sqlite=True)


@pytest.fixture
def watch(world: World) -> Iterator[Watch]:
    watching = Watch(db.engine())
    yield watching
    watching.close()


@pytest.mark.anyio
@pytest.mark.parametrize("who", ["Ann", "Lea"])
async def test_a_socket_fires_no_act_beyond_the_rights_of_its_role(world, watch, app_server, who):  # noqa: F811
    """A member and a lead call what only others may: approve, issue, change rates, invite."""
    beyond = [name for name in handlers() if not permits(access_of(name), world[who])]
    assert len(beyond) > 10
    tab = await Tab(app_server).open(cookie(token_of(world[who])))
    watch.changes()
    for name in beyond:
        got = await attack(tab, name, [1, 2], "/invoices/1")
        assert "toast_state" not in got, f"{name} was let through to a service"
        assert (watch.changes() or set()) <= {"login_session"}, name
    await tab.close()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "who", [pytest.param(one, marks=[pytest.mark.soak] if SOAK else []) for one in ("Olga", "Nina")]
)
async def test_hostile_words_in_an_address_break_no_page(world, app_server, who):  # noqa: F811
    """Each is answered, by what there is, by a sentence, or by nothing; never by our own excuse."""
    tab = await Tab(app_server).open(cookie(token_of(world[who])) if who else "")
    loads = [name for name in handlers() if name.endswith(".load")]
    assert len(loads) > 20
    excuses = []
    for place, name in enumerate(loads):
        for word in words_for(place):
            value = quote(word.encode("utf-8", "surrogatepass"))
            query = "&".join(f"{one}={value}" for one in NAMES)
            if SORRY in str(await tab.send(name, page=f"/invoices/1?{query}")):
                excuses.append((name.rsplit("____", 1)[1], word))
                await tab.close()
                tab = await Tab(app_server).open(cookie(token_of(world[who])) if who else "")
    await tab.close()
    assert excuses == []


@pytest.mark.anyio
async def test_markup_in_names_reaches_the_pages_as_text(world, app_server):  # noqa: F811
    """The socket carries it as a string, letter by letter; that nothing turns text into markup is below."""
    with db.unit_of_work() as session:
        for model, row_id in (
            (Account, world.clients["Northwind"]),
            (Project, world.projects["Checkout"]),
            (Task, world.tasks["Build"]),
            (Person, world.people["Ben"]),
        ):
            session.get_one(model, row_id).name = MARKUP
    tab = await Tab(app_server).open(cookie(token_of(world["Olga"])))
    shown = 0
    for name in [one for one in handlers() if one.endswith(".load")]:
        got = str(await tab.send(name, page="/projects/1"))
        shown += got.count("<img src=x onerror=alert(1)>")
        assert "49} " not in got
        assert SORRY not in got, name
    await tab.close()
    assert shown > 5


def test_no_component_turns_text_into_markup_or_code():
    """Frames of React escape what they show, unless one of these is used."""
    ways = re.compile(
        r"dangerouslySetInnerHTML|dangerously_set_inner_html|insertAdjacentHTML|outerHTML|document\.write"
        r"|\beval\(|new Function\(|rx\.html\(|rx\.markdown\(|rx\.call_script\(|srcdoc|srcDoc"
    )
    found = [
        f"{file.name}: {match[0]}"
        for file in [
            *APP.rglob("*.py"),
            *APP.rglob("*.jsx"),
            *APP.rglob("*.js"),
            *APP.parent.glob("assets/*.js"),
        ]
        for match in ways.finditer(file.read_text())
    ]
    assert found == []


def test_little_is_kept_in_the_browser_and_none_of_it_is_a_record_or_a_token():
    """How it looks, which toast was seen, and hours that were typed while the connection was gone:
    those go once the server has them, and with everything else at signing out.
    """
    ways = re.compile(
        r"(?:local|session)Storage\.setItem|rx\.(?:LocalStorage|SessionStorage|Cookie)\(|\.cookie\s*="
    )
    files = [*APP.rglob("*.py"), *APP.rglob("*.jsx"), *APP.rglob("*.js"), *APP.parent.glob("assets/*.js")]
    assert {file.name for file in files if ways.search(file.read_text())} == {
        "theme.js",
        "toast.jsx",
        "week_pending.js",
    }


def test_no_text_of_people_is_used_as_a_format_or_a_statement():
    """`text("... %s" % name)`, f-strings in SQL, and `.format` on what is no literal."""
    found = []
    for file in APP.rglob("*.py"):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0] if node.args else None
            built = isinstance(first, ast.JoinedStr | ast.BinOp)
            if (name == "text" and built) or (name in ("execute", "exec_driver_sql") and built):
                found.append(f"{file.relative_to(APP)}:{node.lineno}")
    assert {one.split(":")[0] for one in found} <= OUR_OWN_WORDS, found


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "https:evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
        None,
        "evil.example",
        " //evil.example",
        "/time\r\nSet-Cookie: a=b",
        "\x00/x",
        "@evil.example",
    ],
)
def test_no_address_leads_to_another_site(target):
    assert routes.safe_next(target) == routes.HOME


@pytest.mark.parametrize("target", ["/time?week=202647", "/invoices/1", "/files/export/accounts.csv?q=a%20b"])
def test_an_address_of_our_own_is_kept(target):
    assert routes.safe_next(target) == target
