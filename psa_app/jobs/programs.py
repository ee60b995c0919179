"""Work in a process of its own, because it keeps a core busy: `psa` with some words."""

import subprocess
import sys
from collections.abc import Callable

LOOK_EVERY = 0.5  # seconds between two looks whether it is through
PATIENCE = 5.0


def run_apart(wanted: Callable[[], bool], *words: str) -> int | None:
    """Runs `psa` with these words; its exit code, or None when the worker was told to end meanwhile.

    It is then asked to end, and made to when it does not: what it had not committed is undone.
    """
    program = subprocess.Popen([sys.executable, "-m", "psa_app.cli", *words])  # noqa: S603 - our own program
    while wanted():
        try:
            return program.wait(LOOK_EVERY)
        except subprocess.TimeoutExpired:
            continue
    program.terminate()
    try:
        program.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
    return None
