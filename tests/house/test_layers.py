"""Who may import whom, as pyproject.toml says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_each_layer_imports_only_from_below():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


PLANTED = [
    ("rules/money.py", "import sqlmodel"),
    ("rules/money.py", "from psa_app import clock"),
    ("services/history.py", "import reflex"),
    ("services/history.py", "import psa_app.demo"),
    ("models/base.py", "from psa_app import access"),
    ("access/scope.py", "import stripe"),
    ("queries/__init__.py", "import pandas"),
]


@pytest.mark.slow
def test_planted_imports_are_found(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "psa_app", tmp_path / "psa_app", ignore=shutil.ignore_patterns("__pycache__", "*.ttf")
    )
    for file, line in PLANTED:
        planted = tmp_path / "psa_app" / file
        planted.write_text(f"{line}\n{planted.read_text()}")
    said = lint_imports(tmp_path).stdout
    for file, line in PLANTED:
        importer = f"psa_app/{file}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        imported = line.replace("from psa_app import ", "psa_app.").removeprefix("import ")
        assert re.search(rf"{importer} -> {imported} ", said), f"{importer} imports {imported} unseen"
