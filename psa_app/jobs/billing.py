"""Billing runs, one after the other, each in a process of its own."""

import logging
from collections.abc import Callable

from psa_app.jobs.apart import work_apart
from psa_app.services.invoices.run_work import next_run

log = logging.getLogger("psa_app.jobs")


def bill_next(wanted: Callable[[], bool]) -> int:
    """Works through the run that waits longest; 0 when none waits.

    A program that is stopped or dies leaves the parts that are done; the rest comes due again.
    """
    run_id = next_run()
    if not run_id or not wanted():
        return 0
    code = work_apart(wanted, "bill", "--run", str(run_id))
    if code:
        log.warning("billing run %s ended with code %s and is tried again", run_id, code)
    return 1 if code == 0 else 0
