"""`psa doctor`: what is wrong, in words."""

import typer

from psa_app.cli import command, say

MARKS = {"good": " ok ", "look": "look", "bad": "BAD "}


@command("doctor", "psa doctor")
def doctor() -> None:
    """Look at settings, database, disk, mail, payments, background work, backups and clock.

    Says what to do about what is wrong. Ends with code 1 if something is, 0 otherwise.
    """
    from psa_app.cli.start import database_facts, is_current
    from psa_app.config import settings
    from psa_app.db import reading
    from psa_app.errors import PsaError
    from psa_app.services.ops.doctor import Advice, look_at_database, look_at_machine, worst

    config = settings()
    found = list(look_at_machine(config))
    try:
        revision = database_facts(config)[0]
        if is_current(revision):
            found.append(Advice("good", "database", f"answers, revision {revision}"))
            with reading() as session:
                found += look_at_database(session, config)
        else:
            sentence = f"It is at revision {revision or 'none'}. Run: psa migrate"
            found.append(Advice("bad", "database", sentence))
    except PsaError as error:
        found.append(Advice("bad", "database", error.sentence))
    for one in found:
        say(f"{MARKS[one.level]}  {one.about:<10}{one.sentence}")
    if worst(found) == "bad":
        raise typer.Exit(1)
