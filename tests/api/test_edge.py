"""What stands between the network and the app."""

import base64
import hashlib
import logging

import httpx
import pytest
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from psa_app.api.app import create_api
from psa_app.api.edge import LARGEST_UPLOAD, Edge
from psa_app.api.log_lines import described, one_line
from psa_app.config import read
from psa_app.services.identity import uploads
from tests.support.logins import cookie, make_people, signed_in

HERE = "http://localhost:8000"
SECRET = "the secret is 4711"
pytestmark = pytest.mark.anyio


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _fail(request: Request) -> Response:
    raise RuntimeError(SECRET)


async def _upload(request: Request) -> Response:
    await request.body()
    tab = request.headers["reflex-client-token"]
    return PlainTextResponse(uploads.cookies_of(tab))


async def _where(request: Request) -> Response:
    return JSONResponse({"address": request.client.host, "scheme": request.url.scheme})


async def _page(request: Request) -> Response:
    return HTMLResponse("<p>page</p>")


async def _unchanged(request: Request) -> Response:
    return Response(status_code=304)


ROUTES = [
    Route("/unchanged", _unchanged),
    Route("/echo", _echo, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
    Route("/webhooks/stripe", _echo, methods=["POST"]),
    Route("/api/v1/things", _echo, methods=["GET", "POST"]),
    Route("/fail", _fail),
    Route("/_upload", _upload, methods=["POST", "GET"]),
    Route("/where", _where),
    Route("/time", _page),
    Route("/files/invoices/1.pdf", _echo),
    Route("/files/export/accounts.csv", _echo),
    Route("/assets/entry-abc.js", _echo),
    Route("/assets/reflex-env-abc.js", _echo),
]


@pytest.fixture
def build(tmp_path):
    page = '<script>let a = 1;</script><script src="/theme.js"></script><script type="module">go()</script>'
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "page.html").write_text(page)
    return tmp_path


def client(build, app=None, **settings):
    given = {"PSA_BASE_URL": HERE} | settings
    edge = Edge(app or Starlette(routes=ROUTES), build, read(given))
    return httpx.AsyncClient(transport=httpx.ASGITransport(edge, client=("192.0.2.1", 1)), base_url=HERE)


def sha(script):
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


async def test_a_page_runs_only_the_scripts_that_were_built(build):
    async with client(build) as browser:
        policy = (await browser.get("/time")).headers["content-security-policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["script-src"] == " ".join(["'self'", *sorted([sha("let a = 1;"), sha("go()")])])
    assert "unsafe-eval" not in policy
    assert parts["frame-ancestors"] == "'none'"
    assert parts["object-src"] == "'none'"
    assert parts["connect-src"].startswith("'self' ws://localhost:8000")


async def test_every_answer_carries_the_safe_headers(build):
    async with client(build) as browser:
        answers = [await browser.get(path) for path in ("/time", "/echo", "/fail", "/nowhere")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers


async def test_a_page_that_has_not_changed_keeps_the_policy_it_came_with(build):
    async with client(build) as browser:
        answer = await browser.get("/unchanged")
    assert "content-security-policy" not in answer.headers
    assert "cache-control" not in answer.headers


async def test_https_is_remembered_by_the_browser(build):
    async with client(build, PSA_BASE_URL="https://psa.example.com") as browser:
        answer = await browser.get("/echo")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/assets/entry-abc.js", "public, max-age=31536000, immutable"),
        ("/assets/reflex-env-abc.js", "no-cache"),
        ("/time", "no-cache"),
        ("/files/invoices/1.pdf", "private, no-store"),
        ("/api/v1/things", "private, no-store"),
        ("/where", "private, no-store"),
    ],
)
async def test_only_built_files_are_kept(build, path, kept):
    async with client(build) as browser:
        assert (await browser.get(path)).headers["cache-control"] == kept


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_another_site_cannot_make_a_browser_change_anything(build, method):
    async with client(build) as browser:
        for origin in ("https://evil.example", "null", "http://localhost:8000.evil.example", None):
            headers = {} if origin is None else {"Origin": origin}
            assert (await browser.request(method, "/echo", headers=headers)).status_code == 403
        assert (await browser.request(method, "/echo", headers={"Origin": HERE})).status_code == 200


async def test_a_webhook_and_a_bearer_need_no_origin(build):
    async with client(build) as browser:
        assert (await browser.post("/webhooks/stripe")).status_code == 200
        bearer = {"Authorization": "Bearer psa_x", "Origin": "https://evil.example"}
        assert (await browser.post("/api/v1/things", headers=bearer)).status_code == 200
        assert (await browser.post("/api/v1/things")).status_code == 403


@pytest.mark.parametrize(
    ("path", "site", "status"),
    [
        ("/files/export/accounts.csv", "cross-site", 403),
        ("/files/rates/list.csv", "cross-site", 403),
        ("/files/evidence.json", "cross-site", 403),
        ("/api/v1/things", "cross-site", 403),
        ("/files/export/accounts.csv", "same-origin", 200),
        ("/files/export/accounts.csv", "none", 200),
        ("/files/export/accounts.csv", None, 200),
        ("/files/invoices/1.pdf", "cross-site", 200),  # a link in a mail that is read in a browser
    ],
)
async def test_another_site_starts_no_export_with_our_cookie(build, path, site, status):
    headers = {"Cookie": "psa=x"} | ({"Sec-Fetch-Site": site} if site else {})
    async with client(build) as browser:
        assert (await browser.get(path, headers=headers)).status_code == status


async def test_every_address_of_the_app_refuses_a_cross_site_post(build, database):
    """Webhooks are exempt: they carry a signature and no cookie."""
    routes = [route for route in create_api().routes if isinstance(route, Route)]
    paths = [route.path for route in routes if route.methods and "POST" in route.methods]
    assert "/auth/login" in paths
    async with client(build, create_api()) as browser:
        for path in paths:
            if not path.startswith("/webhooks/"):
                answer = await browser.post(path, headers={"Origin": "https://evil.example"})
                assert answer.status_code == 403, path


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(build):
    async with client(build) as browser:
        told = await browser.post("/echo", content=b"x" * 1_000_001, headers={"Origin": HERE})
        lied = await browser.post(
            "/echo", content=b"x" * 2_000_000, headers={"Origin": HERE, "Content-Length": "10"}
        )
        hidden = await browser.post("/echo", content=_stream(30), headers={"Origin": HERE})
        fine = await browser.post("/echo", content=b"x" * 1_000_000, headers={"Origin": HERE})
    assert (told.status_code, hidden.status_code) == (413, 413)
    assert lied.status_code == 413
    assert (fine.status_code, fine.text) == (200, "1000000")


async def test_a_file_of_300_megabytes_is_refused_at_the_api_before_it_is_read(build):
    async with client(build) as browser:
        headers = {"Authorization": "Bearer psa_x", "Content-Type": "text/csv", "Content-Length": "300000000"}
        answer = await browser.post("/api/v1/accounts/import", content=b"Name", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.json()["detail"].startswith("A file may have 20 MB at most.")


async def _stream(parts):
    for _ in range(parts):
        yield b"x" * 100_000


@pytest.mark.parametrize("length", ["-1", "1e9", "ten", "9" * 30, "١٢"])
async def test_a_length_that_is_no_number_is_refused(build, length):
    headers = {b"Origin": HERE.encode(), b"Content-Length": length.encode()}
    async with client(build) as browser:
        assert (await browser.post("/echo", content=_stream(1), headers=headers)).status_code == 400


async def test_an_error_is_one_line_in_the_log_and_a_sentence_outside(build, caplog):
    caplog.set_level(logging.ERROR, "psa_app.edge")
    async with client(build) as browser:
        answer = await browser.get("/fail")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    (record,) = [one for one in caplog.records if one.name == "psa_app.edge"]
    assert SECRET in record.getMessage()
    assert "\n" not in record.getMessage()


async def test_a_link_that_fails_or_is_refused_leaves_no_secret_in_the_log(build, caplog):
    caplog.set_level(logging.INFO)
    app = Starlette(routes=[Route("/open/{token}", _fail)])
    async with client(build, app) as browser:
        assert (await browser.get("/open/s3cr3t-of-a-link?token=s3cr3t")).status_code == 500
        assert (await browser.post("/open/s3cr3t-of-a-link")).status_code == 403
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("psa_app")]
    assert len(ours) == 2
    assert all("/open/…" in line and "s3cr3t" not in line for line in ours)


def test_a_log_line_is_one_line_whatever_it_holds():
    assert one_line("a\r\nb\x1b[31mc\x00d\u2028e\x85f") == "a\\r\\nb\\x1b[31mc\\x00d\\u2028e\\x85f"
    assert len(one_line("x" * 9000)) == 4000
    with pytest.raises(ValueError) as raised:
        raise ValueError("two\nlines")
    assert described(raised.value).startswith("ValueError: two\\nlines [test_edge.py:")


async def upload(browser, token="", size=100, tab="tab-1", **headers):
    sent = {"Origin": HERE, "Reflex-Client-Token": tab} | headers
    if token:
        sent["Cookie"] = cookie(token)
    return await browser.post("/_upload", content=b"x" * size, headers=sent)


async def test_files_come_in_only_with_a_session(build, database):
    token = signed_in(make_people()["Fred"])
    async with client(build) as browser:
        assert (await upload(browser)).status_code == 401
        assert (await upload(browser, "x" * 43)).status_code == 401
        good = await upload(browser, token)
        assert (good.status_code, good.text) == (200, cookie(token))
        assert uploads.cookies_of("tab-1") == ""


async def test_files_that_are_too_large_or_of_unknown_size_are_refused(build, database):
    token = signed_in(make_people()["Fred"])
    async with client(build) as browser:
        assert (await upload(browser, token, LARGEST_UPLOAD + 1)).status_code == 413
        headers = {"Origin": HERE, "Cookie": cookie(token), "Reflex-Client-Token": "t"}
        assert (await browser.post("/_upload", content=_stream(1), headers=headers)).status_code == 411
        assert (await upload(browser, token, tab="")).status_code == 411
        assert (await upload(browser, token, Origin="https://evil.example")).status_code == 403


async def test_a_file_of_300_megabytes_is_told_what_to_do_before_a_byte_is_read(build, database):
    token = signed_in(make_people()["Fred"])
    headers = {"Origin": HERE, "Cookie": cookie(token), "Reflex-Client-Token": "t"}
    async with client(build) as browser:
        answer = await browser.post(
            "/_upload", content=b"x", headers=headers | {"Content-Length": "300000000"}
        )
    assert answer.status_code == 413
    assert answer.text == "A file may have 20 MB at most. Split it, then bring in the parts."


async def test_no_file_comes_out_of_the_upload_folder(build, database):
    token = signed_in(make_people()["Fred"])
    async with client(build) as browser:
        answer = await browser.get("/_upload", headers={"Cookie": cookie(token)})
        assert answer.status_code == 404


def test_a_tab_uploads_one_file_at_a_time():
    with uploads.uploading("tab", "first") as first, uploads.uploading("tab", "second") as second:
        assert (first, second) == (True, False)
        assert uploads.cookies_of("tab") == "first"
    assert uploads.cookies_of("tab") == ""


async def test_only_a_trusted_proxy_says_where_a_request_comes_from(build):
    app = Starlette(routes=ROUTES)
    forwarded = {"X-Forwarded-For": "203.0.113.5, 203.0.113.9", "X-Forwarded-Proto": "https"}
    for trusted, expected in (("192.0.2.0/24", "203.0.113.9"), ("198.51.100.0/24", "192.0.2.1")):
        wrapped = wrap_asgi_with_proxy_headers(Edge(app, build, read({})), [trusted])
        transport = httpx.ASGITransport(wrapped, client=("192.0.2.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
            seen = (await browser.get("/where", headers=forwarded)).json()
        assert seen["address"] == expected
        assert seen["scheme"] == ("https" if expected != "192.0.2.1" else "http")


@pytest.mark.parametrize(("origin", "passes"), [(HERE, True), (None, True), ("https://evil.example", False)])
async def test_a_socket_from_another_site_is_closed_before_it_opens(build, origin, passes):
    reached, sent = [], []

    async def inner(scope, receive, send):
        reached.append(scope)

    async def send(message):
        sent.append(message)

    headers = [(b"origin", origin.encode())] if origin else []
    scope = {"type": "websocket", "path": "/_event", "headers": headers}
    await Edge(inner, build, read({"PSA_BASE_URL": HERE}))(scope, None, send)
    assert bool(reached) is passes
    assert [one["type"] for one in sent] == ([] if passes else ["websocket.close"])
