"""Renews the lock files: exact versions and hashes, for every platform, naming no index."""

import subprocess
import sys
from pathlib import Path

from install import uv_environ

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")
OPTIONS = [
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--system-certs",
]


def main() -> None:
    """Compiles each `.in` file; the development lock agrees with the one that runs."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    compile_lock("requirements", *upgrade)
    compile_lock("requirements-dev", "-c", "requirements.txt", *upgrade)
    compile_lock("requirements-fast", *upgrade)  # what makes the server quicker where there is a file for it
    compile_lock("requirements-uv", *upgrade)


def compile_lock(name: str, *more: str) -> None:
    """Writes `name.txt` from `name.in`; keeps the versions there unless told to upgrade."""
    command = [str(UV), "pip", "compile", *OPTIONS, f"{name}.in", "-o", f"{name}.txt", *more]
    subprocess.run(command, cwd=ROOT, env=uv_environ(), check=True)


if __name__ == "__main__":
    main()
