"""Format, lint, types and layers, side by side; prints what fails and ends with 1.

With --pages it also builds the front end and reads all tests, while the types keep one core busy.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKED = [n for n in ("psa_app", "tests", "tools", "benchmarks", "rxconfig.py") if (ROOT / n).exists()]
CHECKS = {
    "types": ["mypy"],  # the longest first
    "format": ["ruff", "format", "--check", "--quiet", *CHECKED],
    "lint": ["ruff", "check", "--quiet", *CHECKED],
    "layers": ["lint-imports", "--no-cache"],
}
# Reading the tests once leaves their compiled form behind, which each worker would make for itself.
PAGES = {
    "pages": ["python", "tools/frontend.py"],
    "tests": ["pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
}


def main() -> None:
    """Runs all checks, two at a time, and reports each with its seconds."""
    todo = CHECKS | PAGES if "--pages" in sys.argv else CHECKS
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(check, todo, todo.values()))
    if not all(results):
        sys.exit("make format cures most of format and lint; the rest needs you.")


def check(name: str, command: list[str]) -> bool:
    """Runs one check; its output is shown only when it fails."""
    start = time.perf_counter()
    program, *arguments = command
    done = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    good = done.returncode == 0
    word = "ok" if good else f"FAILED\n{done.stdout}{done.stderr}"
    print(f"{name:<7} {time.perf_counter() - start:5.1f} s  {word}", flush=True)
    return good


if __name__ == "__main__":
    main()
