"""Acts on very many records: those of several people take turns, part by part."""

import logging
import time
from collections.abc import Callable, Mapping

from psa_app.errors import Busy
from psa_app.jobs.apart import work_apart
from psa_app.models.resource import Resource
from psa_app.services.lowcode.bulk_runs import WENT_WRONG, next_part, open_bulks, stop_with, take_up_bulk

log = logging.getLogger("psa_app.bulk")
REST = 0.1  # most seconds between two parts in which others write


def bulk_next(wanted: Callable[[], bool]) -> int:
    """Starts a program that does what waits; 0 when nothing does.

    When the worker is told to end, the program is stopped: the part under way is undone, and comes due again.
    """
    if not open_bulks() or not wanted():
        return 0
    code = work_apart(wanted, "bulk")
    if code:
        log.warning("acts on many records ended with code %s", code)
    return int(code is not None)


def work_bulks(resources: Mapping[str, Resource]) -> int:
    """Does all that waits; returns how many parts it did."""
    begun: set[int] = set()
    parts = 0
    while waiting := open_bulks():
        for run_id in waiting:
            if run_id not in begun:
                begun.add(run_id)
                take_up_bulk(run_id)
            parts += 1
            _part(run_id, resources)
    return parts


def _part(run_id: int, resources: Mapping[str, Resource]) -> None:
    at = time.monotonic()
    try:
        next_part(run_id, resources)
    except Busy:
        log.info("others write; the next part of %s waits", run_id)
    except Exception:
        log.exception("an act on many records failed")
        stop_with(run_id, WENT_WRONG)
    time.sleep(min(REST, time.monotonic() - at))  # SQLite lets one writer in: this is the others' turn
