"""What a template holds, in a few words."""

from collections.abc import Iterable, Mapping
from typing import Any

from psa_app.rules.templates.bodies import RHYTHMS


def summary(kind: str, body: Mapping[str, Any]) -> str:
    """What a template holds, in a few words: "2 phases, 9 tasks, 3 milestones"."""
    if kind == "billing":
        step, days = body.get("round_increment", 1), body.get("payment_days", 30)
        return f"{step} min, {days} days to pay, {dict(RHYTHMS).get(body.get('rhythm', ''), '').lower()}"
    counted = [(len(items), one, many) for items, one, many in _counts(kind, body)]
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted if n) or "Nothing yet"


def _counts(kind: str, body: Mapping[str, Any]) -> Iterable[tuple[list[Any], str, str]]:
    if kind == "sow":
        lines = body.get("lines", [])
        yield lines, "line", "lines"
        yield [part for line in lines for part in line.get("milestones", [])], "milestone", "milestones"
        yield body.get("deliverables", []), "deliverable", "deliverables"
    elif kind == "project":
        phases = body.get("phases", [])
        groups = [*phases, body]
        yield phases, "phase", "phases"
        yield [one for group in groups for one in group.get("tasks", [])], "task", "tasks"
        yield [one for group in groups for one in group.get("milestones", [])], "milestone", "milestones"
        yield body.get("raid", []), "RAID entry", "RAID entries"
    else:
        yield body.get("items", []), "item", "items"
