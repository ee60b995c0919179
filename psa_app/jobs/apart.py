"""Work that keeps a core busy, in a program of its own beside the worker."""

import subprocess
import sys
from collections.abc import Callable

LOOK_EVERY = 0.5  # seconds between two looks whether it is through
PATIENCE = 5.0


def work_apart(wanted: Callable[[], bool], *words: str) -> int | None:
    """The code with which `psa` ended that was started with these words.

    None when the worker was told to end meanwhile: the program is stopped then, its transaction undone.
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
