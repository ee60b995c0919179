"""A folder that all processes of a test run share: what is dear to make is made by one and used by all."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "PSA_TESTS_SHARED"
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30


def of_this_run() -> tuple[Path, bool]:
    """The folder, and whether this process made it and takes it away. It lies in memory where there is
    enough; what tests write otherwise (`tmp_path`) then lies there too.
    """
    if NAME in os.environ:
        return Path(os.environ[NAME]), False
    if _has_room_in_memory():
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    folder = Path(tempfile.mkdtemp(prefix="psa-tests-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root
    os.environ[NAME] = str(folder)
    return folder, True


@contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """While one process makes this, the others wait."""
    with (folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _has_room_in_memory() -> bool:
    if not os.access(MEMORY, os.W_OK):
        return False
    forbids_programs = os.statvfs(MEMORY).f_flag & os.ST_NOEXEC  # PostgreSQL's are copied here
    return not forbids_programs and shutil.disk_usage(MEMORY).free > ENOUGH
