"""One server with the demo firm and one Chromium for all browser tests; a window for each person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import WIDE, Window, built, chrome, serving

NewWindow = Callable[..., Window]


@pytest.fixture(scope="package")
def site_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's data folder: its database, and the mails that it would send."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="package")
def site(site_data: Path) -> Iterator[str]:
    """The program's address."""
    with serving(site_data, built()) as base:
        yield base


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The one Chromium."""
    with chrome() as browser:
        yield browser


@pytest.fixture
def window(browser: Browser, site: str) -> Iterator[NewWindow]:
    """`window("finance")` is that person's browser; "" is nobody's. Errors on a page fail the test."""
    opened: list[Window] = []

    def open_one(role: str = "", size: tuple[int, int] = WIDE, scheme: str = "light") -> Window:
        one = Window(browser, site, size, scheme)
        opened.append(one)
        return one.sign_in(role) if role else one

    yield open_one
    for one in opened:
        one.close()
