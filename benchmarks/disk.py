"""What the disk alone takes: a small process beside a measurement commits rows by raw SQLite, durably.

    python -m benchmarks.disk FILE COMMITS_A_SECOND

prints the seconds of each commit until its input is closed.
"""

import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks import firm

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def beside(place: Path, rhythm: float) -> Iterator[list[float]]:
    """Commits `rhythm` times a second on the same disk meanwhile; the list is filled at the end."""
    words = [sys.executable, "-m", "benchmarks.disk", str(place / "floor.db"), str(rhythm)]
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found: list[float] = []
    try:
        yield found
    finally:
        told, _ = process.communicate()  # closes its input, which ends it
        found += map(float, told.split())


def commits(file: Path, rhythm: float) -> Iterator[float]:
    """The seconds of each durable commit of one row, until standard input is closed."""
    connection = firm.plain(file)
    connection.execute("CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, text TEXT)")
    random = Random(7)
    while not select.select([sys.stdin], [], [], random.expovariate(rhythm))[0]:
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO line (text) VALUES (?)", ("x" * 400,))
        connection.execute("COMMIT")
        yield time.perf_counter() - start
    connection.close()


if __name__ == "__main__":
    print(*commits(Path(sys.argv[1]), float(sys.argv[2])), sep="\n")
