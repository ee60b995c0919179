"""Builds the front end if what it is made from has changed. Standard library only."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".web/build/client/index.html"
STAMP = ROOT / ".web/psa-build.sha256"
SOURCES = (
    "rxconfig.py",
    "bunfig.toml",
    ".npmrc",
    "requirements.txt",
    "reflex.lock/*",
    "assets/**/*",
    "psa_app/**/*.py",
    "psa_app/**/*.jsx",
)
SERVER_ONLY = (
    "access",
    "api",
    "demo",
    "formats",
    "gateways",
    "migrations",
    "models",
    "queries",
    "reports",
    "services",
)
QUIETER = {"REFLEX_CHECK_LATEST_VERSION": "false", "REFLEX_TELEMETRY_ENABLED": "false"}


def main() -> None:
    """Builds into `.web/build/client`; does nothing when the last build was from the same sources."""
    if BUILT.exists() and STAMP.exists() and STAMP.read_text() == digest():
        return
    start = time.perf_counter()
    print("building the front end", flush=True)
    STAMP.unlink(missing_ok=True)
    build()
    STAMP.write_text(digest())
    print(f"front end built in {time.perf_counter() - start:.0f} s", flush=True)


def digest() -> str:
    """One hash over names and contents of every file that the pages are made from, and which pages."""
    whole = hashlib.sha256(os.environ.get("PSA_PAGES", "").encode())
    for path in sorted({p for pattern in SOURCES for p in ROOT.glob(pattern) if p.is_file()}):
        name = path.relative_to(ROOT)
        if name.parts[0] == "psa_app" and name.parts[1] in SERVER_ONLY:
            continue
        whole.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def build() -> None:
    """Exports the pages; its output is shown only when it fails."""
    reflex = Path(sys.executable).with_name("reflex")
    command = [str(reflex), "export", "--frontend-only", "--no-zip"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | QUIETER, capture_output=True, text=True, check=False
    )
    if done.returncode or not BUILT.exists():
        shutil.rmtree(BUILT.parent, ignore_errors=True)
        sys.exit(f"{done.stdout}{done.stderr}\nThe front end could not be built: the lines above say why.")


if __name__ == "__main__":
    main()
