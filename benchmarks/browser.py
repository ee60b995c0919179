"""What a person's browser sees: Chromium on a page, and what comes over the wire."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from benchmarks.serving import Server
from psa_app import routes

RUNS = 12
CHOOSE = """
async ([label, value]) => {
  const body = document.querySelector('tbody');
  const chosen = document.querySelector(`select[aria-label="${label}"]`);
  const start = performance.now();
  const changed = new Promise(done => new MutationObserver((_, watcher) => {
    watcher.disconnect(); done();
  }).observe(body, {childList: true, subtree: true, characterData: true}));
  const setter = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set;
  setter.call(chosen, value);
  chosen.dispatchEvent(new Event('change', {bubbles: true}));
  await changed;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
}
"""
REDRAW = """
async () => {
  const body = document.querySelector('tbody');
  body.style.display = 'none';
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const start = performance.now();
  body.style.display = '';
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
}
"""


class NoChromium(Exception):
    """There is no browser to measure with."""


@contextmanager
def page_of(server: Server, cookie: str = "") -> Iterator[Page]:
    """A fresh browser's page; raises `NoChromium`."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
        except Error as error:
            raise NoChromium("Chromium is not installed (apt-get install chromium).") from error
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        if cookie:
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": server.address}])
        try:
            yield context.new_page()
        finally:
            browser.close()


def list_repaints(server: Server, cookie: str) -> tuple[list[float], list[float]]:
    """Seconds from choosing another state in the list's filter until the new rows are painted.

    In turn with it: until Chromium has drawn rows again that were hidden, without any program.
    """
    found, floor = [], []
    with page_of(server, cookie) as page:
        page.goto(server.address + routes.TIME_ENTRIES)
        page.locator("tbody tr").nth(79).wait_for(state="attached")
        for number in range(RUNS + 2):
            state = ("approved", "draft", "invoiced")[number % 3]
            took = page.evaluate(CHOOSE, ["State", state])
            page.wait_for_load_state("networkidle")
            if number >= 2:
                found.append(took / 1000)
                floor.append(page.evaluate(REDRAW) / 1000)
    return found, floor


def weight(server: Server, path: str, cookie: str = "") -> dict[str, int]:
    """Bytes of scripts and styles that a first visit to a page brings over the wire, by kind."""
    found = {"Script": 0, "Stylesheet": 0}
    with page_of(server, cookie) as page:
        kinds: dict[str, str] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))

        def count(told: dict[str, Any]) -> None:
            kind = kinds.get(told["requestId"], "")
            if kind in found:
                found[kind] += int(told["encodedDataLength"])

        session.on("Network.loadingFinished", count)
        page.goto(server.address + path, wait_until="networkidle")
    return found
