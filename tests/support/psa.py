"""The command line, run in this process with data of the test's own."""

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from psa_app import cli, db
from psa_app.config import settings

OWNER = ("--owner-email", "mara@harbour.example", "--owner-name", "Mara Lind")
PLACE = ("--country", "AT", "--currency", "EUR", "--time-zone", "Europe/Vienna")
INIT = ("init", "--name", "Harbour Studio", *OWNER, *PLACE)
Psa = Callable[..., tuple[int, str]]


@pytest.fixture
def psa(tmp_path: Path, sqlite_template: Path, monkeypatch: Any, capfd: Any) -> Iterator[Psa]:
    """`psa("user", "list")` gives the exit code and all that was printed; data of the test's own."""
    before = dict(os.environ)
    monkeypatch.setenv("PSA_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data/psa.db")

    def run(*words: str, typed: str = "") -> tuple[int, str]:
        settings.cache_clear()
        monkeypatch.setattr(sys, "argv", ["psa", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capfd.readouterr()
        try:
            code = cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfd.readouterr()
        return code, said.out + said.err

    db.use_engine(None)
    yield run
    monkeypatch.undo()
    os.environ.clear()
    os.environ.update(before)  # serve sets some
    settings.cache_clear()
    db.use_engine(None)
