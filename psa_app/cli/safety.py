"""`psa backup`, `psa restore`, `psa verify`: so that nothing is ever lost."""

from pathlib import Path
from typing import Annotated

import typer

from psa_app.cli import command, say


@command("backup", "psa backup --to /mnt/safe")
def backup(
    to: Annotated[Path | None, typer.Option(help="Folder to write into (data/backups).")] = None,
) -> None:
    """Make one consistent file of rows and papers, while the program runs.

    In the usual folder the newest BACKUP_KEEP files are kept.
    """
    from psa_app.config import settings
    from psa_app.services.ops.backup import make_backup, prune, read_manifest
    from psa_app.services.ops.unpack import summary

    config = settings()
    usual = config.data / "backups"
    made = make_backup(to or usual)
    if to is None:
        prune(usual, config.backup_keep)
    say(f"{made}: {summary(read_manifest(made))}")


@command("restore", "psa restore data/backups/psa-20261123-030000.tar.gz")
def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Even where there is a firm already.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again before replacing.")] = False,
) -> None:
    """Bring a backup back, into the database that DATABASE_URL names; SQLite or PostgreSQL.

    Nothing changes unless all of it comes in. End the program before.
    """
    from psa_app.config import settings
    from psa_app.services.ops.backup import read_manifest
    from psa_app.services.ops.restore import restore as bring_back
    from psa_app.services.ops.unpack import summary

    say(summary(read_manifest(file)))
    if replace and not yes:
        typer.confirm("Put it in the place of what is there now?", abort=True)
    bring_back(file, settings().database_url, replace=replace)
    say("Restored. Check it with: psa verify")


@command("verify", "psa verify evidence.json")
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An evidence pack, checked alone.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Check that everything adds up: history, signed texts, billed time, sums, payments, numbers.

    With a file: check an exported evidence pack, without any database. Names the first thing that is
    broken and ends with code 1.
    """
    if file is not None:
        _verify_pack(file)
        return
    from psa_app.db import reading
    from psa_app.services.ops import verify as checks

    broken = ""
    with reading() as session:
        for finding in checks.verify(session):
            say(
                f"{finding.check:<14}{finding.broken or f'{finding.looked_at} good'}",
                bad=bool(finding.broken),
            )
            broken = broken or finding.broken
    if broken:
        say(broken, bad=True)
        raise typer.Exit(1)
    say("Everything adds up.")


def _verify_pack(file: Path) -> None:
    from psa_app.errors import Invalid
    from psa_app.rules.evidence import LARGEST, check_pack

    try:
        if file.stat().st_size > LARGEST:
            raise Invalid("This file is larger than any evidence pack.")
        checked = check_pack(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        say("This is no evidence pack: it is not text.", bad=True)
        raise typer.Exit(1) from None
    except Invalid as broken:
        say(broken.sentence, bad=True)
        raise typer.Exit(1) from None
    say(
        f"{checked.links} links hold, {checked.told} of them told in full; {checked.texts} signed texts fit.",
        f"Seal of the last link: {checked.head or 'none'}",
    )
