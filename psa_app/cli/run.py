"""`psa serve` and `psa worker`: the program itself."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from psa_app.cli import command, say

# Reflex's own settings: built pages are served as they are, and a lost connection is noticed soon.
SERVING = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_SOCKET_INTERVAL": "10s",
    "REFLEX_SOCKET_TIMEOUT": "20s",
}


@command("serve", "psa serve --port 9000")
def serve(
    demo: Annotated[
        bool | None, typer.Option("--demo", help="Load the demo firm into an empty database.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT).", min=1, max=65535)] = None,
) -> None:
    """Serve pages, API and webhooks on one port, and do the background work.

    The database is brought to the newest revision first. Ctrl-C ends it.
    """
    given = {"HOST": host, "PORT": port, "PSA_DEMO": "1" if demo else None}
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})
    from psa_app.cli import start
    from psa_app.config import settings

    config = settings()
    start.check_pages()
    start.check_port(config.host, config.port)
    revision, has_firm, is_demo = start.database_facts(config)
    if not start.is_current(revision):
        migrate_now(config.database_url)
    if config.demo and not has_firm:
        load_demo_now()
        has_firm = is_demo = True
    say(*_welcome(config.base_url, has_firm, is_demo))
    _become_server(config.host, config.port)


@command("worker", "PSA_WORKER=external psa worker")
def worker() -> None:
    """Do the background work in a process of its own: mails, payments, backups.

    Needed when PSA_WORKER is external. Several may run; one works, the others stand by.
    """
    from psa_app.api import log_lines
    from psa_app.cli import start
    from psa_app.config import settings
    from psa_app.errors import Invalid

    if not start.is_current(start.database_facts(settings())[0]):
        raise Invalid("The database is not at this program's revision. Run: psa migrate")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    log_lines.install()
    from psa_app.jobs.worker import work_until_told

    work_until_told()


@command("migrate", "psa migrate")
def migrate() -> None:
    """Bring the database to this program's revision; an empty one gets all tables."""
    from psa_app.config import settings

    migrate_now(settings().database_url)


def migrate_now(url: str) -> None:
    """Brings the database to the newest revision and says so."""
    from psa_app.migrations import run

    before = run.current(url)
    run.upgrade(url)
    _bind_older_signatures()
    after = run.current(url)
    say(f"database at revision {after}" + (f", before {before}" if before not in ("", after) else ""))


def _bind_older_signatures() -> None:
    """A firm from before there was a chain of evidence gets its signatures into it."""
    from psa_app.db import unit_of_work
    from psa_app.services.evidence import bind_older

    with unit_of_work() as session:
        bind_older(session)


def load_demo_now() -> None:
    """Loads the demo firm and tells what is being made."""
    from psa_app.demo import load_demo

    say("loading the demo firm, once")
    load_demo(lambda step: say(f"  {step}"))


def _welcome(address: str, has_firm: bool, is_demo: bool) -> list[str]:
    lines = ["", f"  {address}", ""]
    if is_demo:
        from psa_app.demo.sign_ins import PASSWORD, SIGN_INS

        lines += [f"  {role:<9}{email}" for role, email in SIGN_INS]
        lines += [f"  {'Password':<9}{PASSWORD}", ""]
    elif not has_firm:
        lines += ["  There is no firm yet. In another terminal: psa init", ""]
    return [*lines, "  Ctrl-C ends it.", ""]


def _become_server(host: str, port: int) -> None:
    """Turns this process into the server, so that what was loaded for the start does not stay in memory."""
    program = Path(sys.executable).with_name("granian")
    words = ["--interface", "asgi", "--factory", "--host", host, "--port", str(port), "--workers", "1"]
    words += ["--workers-kill-timeout", "5", "--log-level", "warning", "psa_app.served:app"]
    os.environ.update(SERVING)
    os.execv(program, [str(program), *words])  # noqa: S606 - our own server, with words of our own
