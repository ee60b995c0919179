"""React parts in files of their own beside a component's module."""

import os
from pathlib import Path

from psa_app.config import ROOT

_LINKS = ROOT / "assets" / "external"


def script(module: str, name: str) -> str:
    """Where a component's `library` finds the script `name` beside `module` (its `__name__`).

    Like `rx.asset(name, shared=True)`, which looks through the whole call stack for its caller: with
    thirty scripts that took half of a start.
    """
    place = f"{module.replace('.', '/')}/{name}"
    _link(_LINKS / place, ROOT / Path(module.replace(".", "/")).with_name(name))
    return f"$/public/external/{place}"


def _link(place: Path, source: Path) -> None:
    """Links a script to where the pages are built from. Raises when there is no such script."""
    if not source.is_file():
        raise FileNotFoundError(f"There is no script {source}")
    if place.is_symlink() and place.readlink() == source:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.{os.getpid()}")
    fresh.symlink_to(source)
    fresh.replace(place)
