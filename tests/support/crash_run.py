"""A billing run that may be killed at any statement: `python -m tests.support.crash_run URL KILL_AT RUN`.

At the KILL_AT-th statement or commit the process ends itself with SIGKILL (0: never).
"""

import sys

from psa_app import clock, db
from psa_app.services.invoices.run_work import work_run
from tests.support.crash import NOW, Ticker


def main(url: str, kill_at: str, run_id: str) -> None:
    """The child's program."""
    clock.set_source(lambda: NOW)
    engine = db.make_engine(url)
    db.use_engine(engine)
    ticker = Ticker(engine, int(kill_at))
    work_run(int(run_id))
    print(ticker.count)  # noqa: T201 - how many points there are


if __name__ == "__main__":
    main(*sys.argv[1:])
