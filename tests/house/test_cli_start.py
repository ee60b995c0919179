"""`psa serve`: it migrates, tells where it is, and says what is in its way."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from psa_app import db
from psa_app.cli import start
from psa_app.config import settings
from psa_app.migrations import run as migrations
from psa_app.models import Firm
from tests.conftest import in_use
from tests.support.psa import Psa


@pytest.fixture
def built(tmp_path: Path, monkeypatch: Any) -> list[Any]:
    """Pages that look built, and a program that notes what it would become."""
    page = tmp_path / "web/build/client/index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path / "web"))
    became: list[Any] = []
    monkeypatch.setattr(os, "execv", lambda program, words: became.append(words))
    return became


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_start_migrates_tells_the_address_and_becomes_the_server(psa: Psa, built: list[Any]) -> None:
    port = free_port()
    code, said = psa("serve", "--port", str(port))
    assert code == 0, said
    assert f"http://localhost:{port}" in said
    assert "psa init" in said
    ((program, *words),) = built
    assert program.endswith("granian")
    assert ("--port", str(port)) == tuple(words[words.index("--port") :][:2])
    assert words[-1] == "psa_app.served:app"
    assert migrations.current(settings().database_url) == migrations.head()


def test_a_start_says_when_the_port_is_taken_or_the_pages_are_not_built(
    psa: Psa, built: list[Any], monkeypatch: Any, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = psa("serve", "--port", str(port))
    assert (code, said) == (
        1,
        f"Something listens on port {port} already. End it, or choose another: PORT={port + 1}.\n",
    )
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path / "nothing"))
    code, said = psa("serve", "--port", str(free_port()))
    assert (code, "make build" in said) == (1, True)
    assert built == []


def test_the_start_reads_the_database_without_loading_its_tables(own_url: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", own_url)
    settings.cache_clear()
    assert start.database_facts(settings()) == (migrations.head(), False, False)
    for _ in in_use(db.make_engine(own_url)):
        with db.unit_of_work() as session:
            session.add(Firm(id=1, name="Harbour Studio", instance="x", is_demo=True))
    assert start.database_facts(settings()) == (migrations.head(), True, True)
    monkeypatch.undo()
    settings.cache_clear()
