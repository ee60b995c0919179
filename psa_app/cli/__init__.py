"""The command line: `psa serve`, `psa backup`, and so on. `psa --help` lists them all.

What a command needs is imported when it runs, so that help and mistakes are answered at once.
"""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import typer

from psa_app.errors import Problems, PsaError

F = TypeVar("F", bound=Callable[..., Any])
_PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "add_completion": False,
    "no_args_is_help": True,
}
app = typer.Typer(help="Professional services automation: from a signed scope to a paid invoice.", **_PLAIN)


def group(name: str, description: str) -> typer.Typer:
    """A command with commands of its own, such as `psa user`."""
    one = typer.Typer(help=description, **_PLAIN)
    app.add_typer(one, name=name)
    return one


def command(name: str, example: str, *, within: typer.Typer = app) -> Callable[[F], F]:
    """Declares a command; its docstring is its help, `example` stands below."""
    return within.command(name, epilog=f"Example: {example}")


def main() -> int:
    """Runs one command; a mistake is told in a sentence. Returns the exit code."""
    from psa_app.cli import billing, books, doctor, firm, imports, records, run, safety, user  # noqa: F401 - they declare themselves

    try:
        app(standalone_mode=True)
    except Problems as error:
        say(error.sentence, *(f"  {name}: {sentence}" for name, sentence in error.fields.items()), bad=True)
        return 1
    except PsaError as error:
        say(error.sentence, bad=True)
        return 1
    return 0


def say(*lines: str, bad: bool = False) -> None:
    """Prints lines, on the error stream when something is wrong."""
    print(*lines, sep="\n", file=sys.stderr if bad else sys.stdout, flush=True)
