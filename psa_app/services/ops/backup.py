"""One file that holds a whole installation at one moment, made while the program runs.

A `.tar.gz` of `manifest.json`, `tables/NAME.jsonl` and `files/...`. All rows come from one
transaction that sees a single moment, so they agree with each other.
"""

import errno
import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from psa_app import clock, db
from psa_app.config import settings
from psa_app.errors import Busy, Invalid
from psa_app.models import metadata
from psa_app.services.ops.rows import write_rows

FORMAT = 1
PATTERN = "psa-*.tar.gz"
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def make_backup(folder: Path) -> Path:
    """Writes a backup into `folder` and returns its file. Raises `Busy` when the disk is full."""
    folder.mkdir(parents=True, exist_ok=True)
    name = clock.now().astimezone(UTC).strftime("psa-%Y%m%d-%H%M%S.tar.gz")
    target = folder / name
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as scratch:
            manifest = _collect(Path(scratch))
            fresh = Path(scratch) / name
            _pack(Path(scratch), manifest, fresh)
            fresh.replace(target)
    except OSError as error:
        if error.errno in _FULL:
            raise Busy("The disk is full. No backup was made; make room, then try again.") from error
        raise
    return target


def prune(folder: Path, keep: int) -> list[Path]:
    """Deletes all but the newest `keep` backups in `folder`; returns those that went."""
    old = backups(folder)[keep:]
    for file in old:
        file.unlink()
    return old


def backups(folder: Path) -> list[Path]:
    """The backups in `folder`, the newest first."""
    return sorted(folder.glob(PATTERN), key=lambda file: file.name, reverse=True)


def kept_files() -> Path:
    """The folder of papers and uploads that goes along with the rows."""
    return settings().data / "files"


@contextmanager
def one_moment() -> Iterator[Connection]:
    """A reading connection that sees the database as it is now, whatever others write meanwhile."""
    options: dict[str, Any] = {"readonly": True}
    if db.engine().dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with db.engine().connect().execution_options(**options) as connection:
        yield connection


def counters(connection: Connection) -> dict[str, int]:
    """The highest id ever given out, by table, where it may be higher than any row's."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {row.name: row.seq for row in rows if row.name in metadata.tables}
    found = {}
    for table in metadata.sorted_tables:
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{table.name}"'}
        ).scalar()
        if sequence:
            found[table.name] = _last_value(connection, sequence)
    return found


def _last_value(connection: Connection, sequence: str) -> int:
    row = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
    return int(row.last_value) if row.is_called else 0


def _collect(scratch: Path) -> dict[str, Any]:
    (scratch / "tables").mkdir()
    with one_moment() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        tables = {
            table.name: write_rows(connection, table, scratch / "tables" / f"{table.name}.jsonl")
            for table in metadata.sorted_tables
        }
        head = connection.execute(
            text("SELECT seal FROM history WHERE seal IS NOT NULL ORDER BY id DESC LIMIT 1")
        ).scalar()
        return {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "database": connection.dialect.name,
            "revision": revision,
            "history_head": head or "",
            "counters": counters(connection),
            "tables": tables,
        }


def _pack(scratch: Path, manifest: dict[str, Any], target: Path) -> None:
    """Writes the archive; the files of `data/files` are read once, so digest and content agree."""
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        manifest["files"] = dict(_copied_files(scratch / "files"))
        (scratch / "manifest.json").write_text(json.dumps(manifest, indent=1))
        archive.add(scratch / "manifest.json", "manifest.json")
        for name in manifest["tables"]:
            archive.add(scratch / "tables" / f"{name}.jsonl", f"tables/{name}.jsonl")
        for name in manifest["files"]:
            archive.add(scratch / "files" / name, f"files/{name}")
    target.chmod(0o600)
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _copied_files(scratch: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    source = kept_files()
    for file in sorted(source.rglob("*")) if source.is_dir() else ():
        if file.is_symlink() or not file.is_file() or file.suffix == ".part":
            continue
        name = file.relative_to(source).as_posix()
        copy = scratch / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # replaced at this very moment; it is drawn again from the rows
        copy.write_bytes(content)
        yield name, {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def read_manifest(file: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises `Invalid` for a file that is none of ours."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            first = archive.next()
            if first is None or first.name != "manifest.json" or first.size > 50_000_000:
                raise Invalid(f"{file.name} is not a backup of this program.")
            member = archive.extractfile(first)
            manifest: dict[str, Any] = json.loads(member.read() if member else b"")
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise Invalid(f"{file.name} cannot be read as a backup: {error}.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Invalid(f"{file.name} was made by another version of this program.")
    return manifest
