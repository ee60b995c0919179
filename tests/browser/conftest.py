"""A server with the demo firm and a Chromium for each group of browser tests; a window for each person."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser

from tests.conftest import SHARED
from tests.support.browser import WIDE, Window, built, chrome, demo_firm, serving

NewWindow = Callable[..., Window]
OPENED = pytest.StashKey[list[Window]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure tells what stood in each window, and the last that the program said."""
    report = yield
    if call.when == "call" and report.failed:
        report.sections += [(one.page.url, one.told()) for one in item.stash.get(OPENED, [])]
        logs = (item.funcargs.get("site_data", Path()) / "server.log",)  # type: ignore[attr-defined]
        report.sections += [("the program", log.read_text()[-3000:]) for log in logs if log.is_file()]
    return report


@pytest.fixture(scope="package")
def site_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's data folder: its database, and the mails that it would send."""
    return Path(copytree(demo_firm(SHARED), tmp_path_factory.mktemp("site"), dirs_exist_ok=True))


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
def window(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[NewWindow]:
    """`window("finance")` is that person's browser; "" is nobody's. Errors on a page fail the test."""
    opened: list[Window] = []
    request.node.stash[OPENED] = opened

    def open_one(role: str = "", size: tuple[int, int] = WIDE, scheme: str = "light") -> Window:
        one = Window(browser, site, size, scheme)
        opened.append(one)
        return one.sign_in(role) if role else one

    yield open_one
    for one in opened:
        one.close()
