"""Opening a backup: every member is checked against the manifest before anything is done with it."""

import hashlib
import json
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Any

from psa_app.errors import Invalid
from psa_app.services.ops.backup import read_manifest

_CHUNK = 1 << 20


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Writes the members of a backup below `folder` and returns its manifest.

    Raises `Invalid` when the file is damaged, incomplete, or holds what its manifest does not name.
    """
    manifest = read_manifest(file)
    missing = _expected(manifest)
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                if member.name == "manifest.json":
                    continue
                entry = missing.pop(member.name, None)
                if entry is None or not member.isfile() or member.size != entry["size"]:
                    raise Invalid(f"{file.name} is damaged at {member.name}. Take an older backup.")
                _write(archive.extractfile(member), folder / member.name, entry["sha256"], file.name)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise Invalid(f"{file.name} is damaged: {error}. Take an older backup.") from None
    if missing:
        raise Invalid(f"{file.name} is not whole: {next(iter(missing))} is missing. Take an older backup.")
    return manifest


def summary(manifest: dict[str, Any]) -> str:
    """When a backup was made and how much is in it, in one line."""
    rows = sum(entry["rows"] for entry in manifest["tables"].values())
    made = str(manifest["made_at"])[:16].replace("T", " ")
    return f"made {made} UTC: {rows} rows, {len(manifest['files'])} files, revision {manifest['revision']}"


def _expected(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    tables = {f"tables/{name}.jsonl": entry for name, entry in manifest["tables"].items()}
    files = {f"files/{name}": entry for name, entry in manifest["files"].items()}
    for name in (*tables, *files):
        if ".." in PurePosixPath(name).parts or "\\" in name or "\0" in name:
            raise Invalid(f"This backup names a file outside its folder: {json.dumps(name)}.")
    return {**tables, **files}


def _write(source: IO[bytes] | None, target: Path, sha256: str, backup: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as out:
        while source is not None and (chunk := source.read(_CHUNK)):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != sha256:
        raise Invalid(f"{backup} is damaged at {target.name}. Take an older backup.")
