"""Whose value counts when two records become one."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from sqlmodel import Session, select

from psa_app.errors import Problems
from psa_app.models import CustomField

Choice = Literal["keep", "other"]


def check_fields(choices: Mapping[str, str], known: Iterable[str]) -> None:
    """Raises `Problems` for a choice about a field that cannot be chosen."""
    unknown = {name: "There is no such choice." for name in choices if name not in set(known)}
    if unknown:
        raise Problems("Some choices are not right.", unknown)


def picked(kept: Any, other: Any, names: Iterable[str], choices: Mapping[str, Choice]) -> dict[str, Any]:
    """The value of each field: as chosen, else the kept record's own, else the other's."""
    return {name: _one(getattr(kept, name), getattr(other, name), choices.get(name)) for name in names}


def _one(mine: Any, theirs: Any, choice: Choice | None) -> Any:
    if choice is not None:
        return theirs if choice == "other" else mine
    return theirs if mine in ("", None) else mine


def told(session: Session, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What history tells of the values: where not everyone sees an own field, only that it is given."""
    if "own" not in values:
        return dict(values)
    seen_by_all = select(CustomField.key).where(CustomField.kind == kind, CustomField.seen_by == "")
    plain = set(session.exec(seen_by_all))
    return {**values, "own": {key: one if key in plain else "…" for key, one in values["own"].items()}}
