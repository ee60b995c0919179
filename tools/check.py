"""Format, lint, types and layers, side by side; prints what fails and ends with 1."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKED = [n for n in ("psa_app", "tests", "tools", "benchmarks", "rxconfig.py") if (ROOT / n).exists()]
CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", *CHECKED],
    "lint": ["ruff", "check", "--quiet", *CHECKED],
    "types": ["mypy"],
    "layers": ["lint-imports", "--no-cache"],
}


def main() -> None:
    """Runs all checks, two at a time, and reports each with its seconds."""
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(check, CHECKS))
    if not all(results):
        sys.exit("make format cures most of format and lint; the rest needs you.")


def check(name: str) -> bool:
    """Runs one check; its output is shown only when it fails."""
    start = time.perf_counter()
    program, *arguments = CHECKS[name]
    done = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    good = done.returncode == 0
    word = "ok" if good else f"FAILED\n{done.stdout}{done.stderr}"
    print(f"{name:<7} {time.perf_counter() - start:5.1f} s  {word}", flush=True)
    return good


if __name__ == "__main__":
    main()
