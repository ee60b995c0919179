"""Large imports, one after the other, each in a process of its own."""

import logging
from collections.abc import Callable

from psa_app.errors import Conflict
from psa_app.jobs.apart import work_apart
from psa_app.services.imports.runs import fail_import, next_run

log = logging.getLogger("psa_app.jobs")
FAILED = "Something went wrong while this ran, and nothing was written. Try again, or split the file."


def import_next(wanted: Callable[[], bool]) -> int:
    """Does the import that waits longest; 0 when none waits.

    When the worker is told to end, the program is stopped: its transaction is undone, and the import comes
    due again.
    """
    run_id = next_run()
    if not run_id or not wanted():
        return 0
    code = work_apart(wanted, "import", "run", str(run_id))
    if code:
        _failed(run_id, code)
    return int(code is not None)


def _failed(run_id: int, code: int) -> None:
    """A program that was killed is tried again; one that fell over is not."""
    log.warning("import %s ended with code %s", run_id, code)
    if code > 0:
        try:
            fail_import(run_id, FAILED)
        except Conflict:
            log.info("import %s had ended before", run_id)
