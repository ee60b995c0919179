"""What `make` stands on: rebuilding only when needed, locks with hashes, pip's settings under uv's names."""

import re
from pathlib import Path

import pytest

from tools import frontend, install

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements", "requirements-dev", "requirements-fast", "requirements-uv"]


@pytest.fixture
def sources(tmp_path, monkeypatch):
    for name in (
        "rxconfig.py",
        "psa_app/pages/home/home.py",
        "psa_app/services/time.py",
        "assets/css/base.css",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("before")
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    monkeypatch.delenv("PSA_PAGES", raising=False)
    return tmp_path


@pytest.mark.parametrize("name", ["rxconfig.py", "psa_app/pages/home/home.py", "assets/css/base.css"])
def test_the_pages_are_built_again_when_one_of_their_sources_changes(sources, name):
    before = frontend.digest()
    (sources / name).write_text("after")
    assert frontend.digest() != before


def test_a_changed_service_builds_no_pages(sources):
    before = frontend.digest()
    (sources / "psa_app/services/time.py").write_text("after")
    assert frontend.digest() == before


def test_a_quick_build_of_some_pages_is_not_taken_for_the_whole(sources, monkeypatch):
    before = frontend.digest()
    monkeypatch.setenv("PSA_PAGES", "home")
    assert frontend.digest() != before


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_locked_with_its_hashes(name):
    lock = (ROOT / f"{name}.txt").read_text()
    wanted = re.findall(
        r"^([a-z][a-z0-9_.-]*)", (ROOT / f"{name}.in").read_text(), re.MULTILINE | re.IGNORECASE
    )
    pinned = re.findall(r"^([a-z0-9_.-]+)(?:\[[a-z,-]+\])?==\S+.*\\$", lock, re.MULTILINE)
    assert wanted
    assert {one.lower() for one in wanted} <= set(pinned)
    assert len(re.findall(r"^\S", lock, re.MULTILINE)) == len(pinned)


def test_development_uses_the_versions_that_run():
    def versions(name: str) -> dict[str, str]:
        text = (ROOT / f"{name}.txt").read_text()
        return dict(re.findall(r"^([a-z0-9_.-]+)(?:\[[a-z,-]+\])?==(\S+)", text, re.MULTILINE))

    run, develop = versions("requirements"), versions("requirements-dev")
    assert {
        name: (run[name], develop[name]) for name in run.keys() & develop.keys() if run[name] != develop[name]
    } == {}


def test_uv_gets_the_index_that_pip_was_told_of(monkeypatch):
    listed = {"index-url": "https://index.example/simple", "find-links": "/wheels\n/more", "timeout": "15"}
    monkeypatch.setattr(install, "pip_options", lambda: listed)
    for name in install.AS_UV_SAYS.values():
        monkeypatch.delenv(name, raising=False)
    environ = install.uv_environ()
    assert environ["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert environ["UV_FIND_LINKS"] == "/wheels,/more"


def test_an_index_named_for_uv_itself_wins(monkeypatch):
    monkeypatch.setattr(install, "pip_options", lambda: {"index-url": "https://pip.example/simple"})
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    assert install.uv_environ()["UV_DEFAULT_INDEX"] == "https://uv.example/simple"
