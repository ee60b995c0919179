"""The program as a process of its own with the demo firm, and Chromium windows that watch for errors."""

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from playwright.sync_api import Browser, Error, Page, Playwright, Response, expect, sync_playwright

from psa_app.demo.sign_ins import PASSWORD, SIGN_INS
from tests.support.shared import alone
from tools import chromium, frontend

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EMAILS = {role.lower(): email for role, email in SIGN_INS}
WIDE, PHONE = (1440, 900), (390, 844)
START = 180.0  # seconds that the demo firm may take to load on a busy machine
PATIENCE = 60.0  # seconds until a test gives up
STILL = """() => [...document.querySelectorAll("#main h1")].some(h => h.offsetParent && h.textContent.trim())
    && (document.querySelector(".auth, .portal") || document.querySelector("nav a"))
    && !document.querySelector("[aria-busy=true], .bone, .waits")"""


def built() -> Path:
    """The folder of the built pages, built now if their sources changed; one process builds, others wait."""
    given = os.environ.get("REFLEX_WEB_WORKDIR")
    if given:
        return Path(given)
    folder = os.open(frontend.ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        subprocess.run([sys.executable, frontend.__file__], cwd=frontend.ROOT, check=True)
    finally:
        os.close(folder)
    return frontend.ROOT / ".web"


def demo_firm(folder: Path) -> Path:
    """A folder with the demo firm, made once for a run of the tests; one process makes it, others wait."""
    data = folder / "demo"
    with alone(folder, "demo"):
        if not data.exists():
            making = folder / "making"
            told = os.environ | {"PSA_DATA": str(making)}
            psa = Path(sys.executable).with_name("psa")
            subprocess.run([psa, "demo"], cwd=frontend.ROOT, env=told, check=True, stdout=subprocess.DEVNULL)
            making.rename(data)
    return data


@contextmanager
def serving(data: Path, pages: Path) -> Iterator[str]:
    """Starts the program on a folder with the demo firm; yields its address."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    told = {"PSA_DATA": str(data), "PORT": str(port), "PSA_BASE_URL": base, "REFLEX_WEB_WORKDIR": str(pages)}
    log = data / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("psa"), "serve", "--demo"],
            cwd=frontend.ROOT,
            env=os.environ | told,
            stdout=out,
            stderr=out,
        )
        try:
            _wait_for(base, process, log)
            yield base
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(base: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The program did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def chrome() -> Iterator[Browser]:
    """One Chromium without a window; raises with what to install when there is none."""
    path = chromium.executable()
    if not path:
        raise RuntimeError(chromium.SENTENCE)
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = _launch(playwright, path)
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))


class Window:
    """A person at a browser: a context of its own, one page, and what went wrong on it."""

    def __init__(self, browser: Browser, base: str, size: tuple[int, int], scheme: str) -> None:
        width, height = size
        self.context = browser.new_context(
            base_url=base,
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        self.base, self.errors = base, list[str]()
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{self.page.url}: {message.text}")

    def sign_in(self, who: str) -> "Window":
        """Signs in as the demo's person of a role or an address, by the same form post as the page."""
        form: dict[str, str | float | bool] = {
            "email": EMAILS.get(who, who),
            "password": PASSWORD,
            "next": "/",
        }
        answer = self.page.request.post(
            "/auth/login", form=form, headers={"Origin": self.base}, max_redirects=0
        )
        assert answer.status == 303
        assert "problem" not in answer.headers["location"]
        return self

    def open(self, path: str) -> Response | None:
        """Opens an address and waits until all of it has come."""
        answer = self.page.goto(path, wait_until="domcontentloaded")
        self.settle()
        return answer

    def follow(self, path: str) -> None:
        """Goes to an address as a link of the page does, without loading the page anew."""
        self.page.evaluate("path => window.__reactRouterDataRouter.navigate(path)", path)
        self.page.wait_for_function("path => location.pathname + location.search == path", arg=path)
        self.settle()

    def settle(self) -> None:
        """Waits until the page has its heading and no grey shapes are left."""
        self.page.wait_for_function(STILL)

    def link_to(self, pattern: str) -> str:
        """The first link of the page whose address fits a pattern, once it stands there."""
        found = self.page.wait_for_function(
            """pattern => [...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href"))
                .find(href => new RegExp(`^(?:${pattern})$`).test(href))""",
            arg=pattern,
        )
        return str(found.json_value())

    def told(self) -> str:
        """The words in its dialogs and notices, and what the page complained of: for a failure's report."""
        shown = "dialog[open], [role=alert], .toasts"
        try:
            words = self.page.locator(shown).all_inner_texts()
        except Error as error:
            words = [str(error)]
        return "\n".join(filter(None, [*words, *self.errors]))

    def close(self) -> None:
        """Goes away; raises what the page complained of."""
        self.context.close()
        assert not self.errors, "\n".join(self.errors)
