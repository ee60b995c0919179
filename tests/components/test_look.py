"""The look holds together: colours can be read, icons exist, states have one mapping."""

import json
import re
from pathlib import Path

import pytest

from psa_app.components.cells import lean_cell
from psa_app.components.document import STYLE_SHEETS
from psa_app.components.icons import ICONS
from psa_app.components.spark import path
from psa_app.display.states import STATES, badge
from psa_app.display.tables import Cell

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (ROOT / "assets/css/tokens.css").read_text()
COMPONENTS = ROOT / "psa_app/components"


def _colors(theme: str) -> dict[str, str]:
    """The custom properties of a theme, dark over light."""
    light, dark = TOKENS.split('[data-theme="dark"] {')
    pairs = re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light)
    return dict(pairs) | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if theme == "dark" else {})


def _luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXTS = [
    *[(text, ground) for text in ("ink", "ink-2", "ink-3") for ground in ("bg", "surface", "sunken")],
    *[(text, ground) for text in ("ink", "ink-2") for ground in ("hover", "wait-soft")],
    *[(tone, ground) for tone in ("ok", "warn", "bad") for ground in ("surface", f"{tone}-soft")],
    ("accent-text", "surface"),
    ("accent-text", "bg"),
    ("accent-text", "accent-soft"),
    ("accent-ink", "accent"),
    ("wait", "wait-soft"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_every_text_can_be_read_on_its_ground(theme: str, text: str, ground: str) -> None:
    colors = _colors(theme)
    assert _contrast(colors[text], colors[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(theme: str) -> None:
    colors = _colors(theme)
    assert _contrast(colors["control-line"], colors["surface"]) >= 3
    assert _contrast(colors["accent"], colors["bg"]) >= 3


def test_every_icon_that_python_names_is_drawn_and_no_other() -> None:
    drawn = re.findall(r'^  "?([\w-]+)"?: \[', (COMPONENTS / "icons.jsx").read_text(), re.MULTILINE)
    assert sorted(drawn) == sorted(ICONS)


def test_every_state_has_an_icon_that_exists_and_a_known_colour() -> None:
    for state, shown in STATES.items():
        assert shown.icon in (*ICONS, ""), state
        assert shown.tone in ("ok", "warn", "bad", "wait", "accent"), state


def test_a_state_that_is_not_in_the_table_is_grey_words() -> None:
    assert (badge("half_done").text, badge("half_done").tone) == ("Half done", "wait")


def test_a_badge_keeps_its_colour_when_its_words_are_replaced() -> None:
    assert badge("issued", "Issued · due 12 Dec").tone == badge("issued").tone


def test_every_style_sheet_is_loaded_and_every_loaded_one_exists() -> None:
    found = {f"css/{sheet.name}" for sheet in (ROOT / "assets/css").glob("*.css")}
    assert found == set(STYLE_SHEETS)


def test_no_style_sheet_or_script_asks_another_site() -> None:
    for file in [
        *(ROOT / "assets").glob("*.js"),
        *(ROOT / "assets/css").glob("*.css"),
        *COMPONENTS.glob("*.js*"),
    ]:
        addresses = re.findall(r"https?://[^\s'\"]+", file.read_text())
        assert [a for a in addresses if "www.w3.org" not in a] == [], file


def test_the_manifest_names_icons_that_exist() -> None:
    manifest = json.loads((ROOT / "assets/site.webmanifest").read_text())
    for icon in manifest["icons"]:
        assert (ROOT / "assets" / icon["src"].lstrip("/")).is_file()


def test_a_cell_is_sent_with_what_it_holds_and_no_more() -> None:
    assert lean_cell(Cell("€312.00", align="right")) == {"text": "€312.00", "align": "right"}
    assert lean_cell(Cell()) == {}


def test_a_line_of_equal_values_is_flat_and_a_line_of_none_is_empty() -> None:
    assert path([5, 5, 5], 10, 10) == "M0.0,10.0 L5.0,10.0 L10.0,10.0"
    assert path([]) == ""
