"""Signing in and out over HTTP: cookies, redirects, timing, and what an attacker tries."""

import logging

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlmodel import select

from psa_app import db
from psa_app.access import passwords
from psa_app.api import auth, health, log_lines
from psa_app.api.edge import Edge
from psa_app.config import read
from psa_app.models import LoginSession
from psa_app.services.identity.sessions import resolve_cookie
from tests.support.logins import PASSWORD, make_people, signed_in
from tests.support.prepared import prepared

HERE = "http://localhost:8000"
pytestmark = pytest.mark.anyio


people = prepared(make_people)


@pytest.fixture
def app(tmp_path):
    from starlette.applications import Starlette

    return Edge(Starlette(routes=[*auth.routes, *health.routes]), tmp_path)


def client(app, address="192.0.2.1"):
    transport = httpx.ASGITransport(app, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url=HERE, headers={"Origin": HERE})


async def sign_in(browser, email="ann@harbour.example", password=PASSWORD, **fields):
    return await browser.post("/auth/login", data={"email": email, "password": password} | fields)


def who(token):
    with db.reading() as session:
        found = resolve_cookie(session, token)
    return found.actor.name if found else None


async def test_signing_in_sets_a_cookie_that_no_script_can_read(app, people):
    async with client(app) as browser:
        answer = await sign_in(browser, next="/time?week=202647")
    assert (answer.status_code, answer.headers["location"]) == (303, "/time?week=202647")
    cookie = answer.headers.get_list("set-cookie")[0].lower()
    assert all(part in cookie for part in ("psa=", "httponly", "samesite=lax", "path=/", "max-age=604800"))
    assert "domain" not in cookie
    assert who(answer.cookies["psa"]) == "Ann Test"


async def test_under_https_the_cookie_is_bound_to_the_host(app, people, monkeypatch):
    secure = read({"PSA_BASE_URL": "https://psa.example.com", "PSA_SECRET_KEY": "k" * 40})
    monkeypatch.setattr("psa_app.api.auth.settings", lambda: secure)
    monkeypatch.setattr("psa_app.services.identity.cookies.settings", lambda: secure)
    async with client(app) as browser:
        answer = await sign_in(browser)
    cookie = answer.headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-psa=")
    assert "; secure" in cookie.lower()
    assert "domain" not in cookie.lower()


async def test_each_sign_in_is_a_new_session_and_ends_the_one_before(app, people):
    fixed = "f" * 43
    async with client(app) as browser:
        planted = {"Cookie": f"psa={fixed}"}
        form = {"email": "ann@harbour.example", "password": PASSWORD}
        first = (await browser.post("/auth/login", data=form, headers=planted)).cookies["psa"]
        second = (await sign_in(browser, "lea@harbour.example")).cookies["psa"]
    assert len({fixed, first, second}) == 3
    assert (who(fixed), who(first), who(second)) == (None, None, "Lea Test")


async def test_a_client_lands_in_the_portal(app, people):
    async with client(app) as browser:
        answer = await sign_in(browser, "nina@northwind.example")
    assert answer.headers["location"] == "/portal"


@pytest.mark.parametrize("email", ["ann@harbour.example", "nobody@harbour.example", "", "%00", "a" * 4000])
async def test_every_failure_looks_alike(app, people, email):
    async with client(app) as browser:
        answer = await sign_in(browser, email, "wrong", next="/time")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?problem=wrong&next=%2Ftime")
    assert "psa" not in answer.cookies
    with db.reading() as session:
        assert session.exec(select(LoginSession)).all() == []


async def test_a_known_and_an_unknown_address_take_equally_long(app, people, monkeypatch):
    """Nearly all of the time goes into one check of a password: it is the same for both, and done once."""
    done = []

    class Watched(PasswordHasher):
        def verify(self, hash, password):  # noqa: A002 - its name for it
            done.append(extract_parameters(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Watched(time_cost=2, memory_cost=19456, parallelism=1))
    for place, email in enumerate(("ann@harbour.example", "nobody@harbour.example", "not an address")):
        async with client(app, f"10.0.{place}.1") as browser:
            await sign_in(browser, email, "wrong")
    known, *unknown = done
    assert unknown == [known, known]


async def test_too_many_mistakes_say_how_long_to_wait_and_pass(app, people, clock):
    async with client(app) as browser:
        for _ in range(5):
            await sign_in(browser, password="wrong")
        answer = await sign_in(browser)
        assert answer.headers["location"] == "/sign-in?problem=wait&seconds=1"
        clock.forward(seconds=1)
        assert (await sign_in(browser)).headers["location"] == "/"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https:evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        "/time\r\nSet-Cookie: a=b",
        "",
        "evil",
        "///evil.example",
    ],
)
async def test_signing_in_never_leads_elsewhere(app, people, target):
    async with client(app) as browser:
        answer = await sign_in(browser, next=target)
        again = await browser.get("/auth/again", params={"next": target})
    for one in (answer, again):
        assert (one.status_code, one.headers["location"]) == (303, "/")
        assert not any(cookie.startswith("a=") for cookie in one.headers.get_list("set-cookie"))


async def test_signing_out_ends_the_session_on_the_server(app, people):
    token = signed_in(people["Ann"])
    async with client(app) as browser:
        browser.cookies.set("psa", token)
        answer = await browser.post("/auth/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert answer.headers["clear-site-data"] == '"storage"'
    assert 'psa="";' in answer.headers["set-cookie"]
    assert who(token) is None


async def test_signing_out_without_a_session_is_no_error(app, people):
    async with client(app) as browser:
        assert (await browser.post("/auth/logout")).status_code == 303


async def test_signing_in_and_out_need_a_post_from_our_own_pages(app, people):
    token = signed_in(people["Ann"])
    async with client(app) as browser:
        browser.cookies.set("psa", token)
        for origin in ("https://evil.example", "null", "http://localhost:8001", ""):
            for path in ("/auth/login", "/auth/logout"):
                answer = await browser.post(path, headers={"Origin": origin})
                assert answer.status_code == 403
        assert (await browser.get("/auth/logout")).status_code == 405
        assert (await browser.get("/auth/login")).status_code == 405
    assert who(token) == "Ann Test"


async def test_a_tab_whose_session_ended_goes_on_with_the_new_one(app, people):
    async with client(app) as browser:
        browser.cookies.set("psa", signed_in(people["Ann"]))
        assert (await browser.get("/auth/again?next=/time")).headers["location"] == "/time"
        browser.cookies.set("psa", "x" * 43)
        answer = await browser.get("/auth/again?next=/time")
    assert answer.headers["location"] == "/sign-in?next=%2Ftime"
    assert 'psa="";' in answer.headers["set-cookie"]


async def test_a_name_with_line_breaks_cannot_forge_a_line_in_the_log(app, people, caplog):
    log_lines.install()
    caplog.set_level(logging.INFO)
    async with client(app) as browser:
        await sign_in(browser, "x\r\nuser 1 signed in\x1b[31m", "y\nz")
        await browser.post("/auth/%0d%0aforged%1b[2J", headers={"Origin": "http://e\x1b[31mvil"})
        await browser.post("/auth/login", headers={"User-Agent": "a\tb"}, content=b"email=\x1b%0a")
    assert caplog.records
    for record in caplog.records:
        assert not any(ord(char) < 32 and char != "\t" for char in record.getMessage())


async def test_no_password_and_no_token_reaches_the_log(app, people, caplog):
    caplog.set_level(logging.DEBUG)
    async with client(app) as browser:
        token = (await sign_in(browser)).cookies["psa"]
        await sign_in(browser, password="my wrong password")
    text = " ".join(record.getMessage() for record in caplog.records)
    assert PASSWORD not in text
    assert "my wrong password" not in text
    assert token not in text


async def test_a_form_too_large_or_broken_is_refused_in_words(app, people):
    async with client(app) as browser:
        large = await browser.post("/auth/login", content=b"x" * 20_000)
        broken = await browser.post("/auth/login", content=b"\xff\xfe")
        many = await browser.post("/auth/login", content=b"&".join(b"a=b" for _ in range(100)))
    assert (large.status_code, large.text) == (413, "That is too large.")
    assert broken.headers["location"] == many.headers["location"] == "/sign-in?problem=wrong"


async def test_health_asks_the_database(app, people, monkeypatch):
    async with client(app) as browser:
        good = await browser.get("/healthz")
        monkeypatch.setattr(health, "_ask", _broken)
        bad = await browser.get("/healthz")
    assert (good.status_code, good.json()) == (200, {"status": "ok"})
    assert (bad.status_code, bad.json()) == (503, {"status": "the database does not answer"})


def _broken():
    from psa_app.errors import Busy

    raise Busy
