"""Settings of a test's own, read anew."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psa_app.config import settings


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """`setting(SMTP_URL="smtp://…")`; the data folder is the test's own."""

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    change(PSA_DATA=str(tmp_path / "data"))
    yield change
    monkeypatch.undo()
    settings.cache_clear()
