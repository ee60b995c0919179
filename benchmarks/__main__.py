"""`python -m benchmarks [name …]`: the whole table, or only the named parts."""

import argparse
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.update(PSA_ENV_FILE=os.devnull, PSA_ENV="development")

from benchmarks import (
    billing_run,
    crowd,
    demo_firm,
    drafting,
    entries,
    lists,
    lowcode,
    lowcode_postgres,
    papers,
    records_in,
    reports,
    weight,
)
from benchmarks.measure import HEADER, Line

PARTS: dict[str, Callable[[Path], Iterator[Line]]] = {
    "entries": entries.lines,
    "drafting": drafting.lines,
    "billing_run": billing_run.lines,
    "reports": reports.lines,
    "lists": lists.lines,
    "lowcode": lowcode.lines,
    "lowcode_postgres": lowcode_postgres.lines,
    "papers": papers.lines,
    "records_in": records_in.lines,
    "crowd": crowd.lines,
    "weight": weight.lines,
    "demo": demo_firm.lines,
}


def main() -> int:
    """Prints the table line by line; 1 when something promised was not reached, not even in ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="name", help=", ".join(PARTS))
    chosen = parser.parse_args().parts or list(PARTS)
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; each figure is a median of several runs.\n"
    )
    print(HEADER, flush=True)
    missed = 0
    for name in chosen:
        place = Path(tempfile.mkdtemp(prefix=f"psa-bench-{name}-"))
        try:
            for line in PARTS[name](place):
                print(line, flush=True)
                missed += line.missed
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
