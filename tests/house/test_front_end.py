"""What the built pages weigh, and that they are at home on any address."""

import gzip
import re
from pathlib import Path

import pytest

BUILT = Path(__file__).resolve().parents[2] / ".web/build/client"
ALLOWED = 360_000  # bytes of scripts and styles, gz, that a first page without charts may load

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    assert (BUILT / "index.html").exists(), "The front end is not built: run `make build`."
    return {str(page.relative_to(BUILT)): page.read_text() for page in BUILT.rglob("*.html")}


def loaded(html: str) -> set[Path]:
    """The scripts and styles that a page names, preloads included."""
    return {BUILT / name.lstrip("/") for name in re.findall(r'"(/[^"]+\.(?:js|css))"', html)}


def weight(html: str) -> int:
    return sum(len(gzip.compress(file.read_bytes())) for file in loaded(html))


def test_a_page_without_charts_stays_light(pages):
    weights = {name: weight(html) for name, html in pages.items() if "plotly" not in html}
    assert weights
    assert {name: bytes_ for name, bytes_ in weights.items() if bytes_ > ALLOWED} == {}


def test_the_pages_ask_where_they_were_loaded_from():
    scripts = list(BUILT.rglob("*.js"))
    assert any("location.origin" in script.read_text() for script in scripts if "reflex-env" in script.name)
    assert [script.name for script in scripts if "//localhost:" in script.read_text()] == []


def test_the_pages_load_nothing_from_elsewhere(pages):
    outside = {
        f"{name}: {address}"
        for name, html in pages.items()
        for address in re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', html)
    }
    assert outside == set()
