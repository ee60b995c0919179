"""Who may import whom, as pyproject.toml says."""

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


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("rules/money.py", "import sqlmodel"),
        ("rules/money.py", "from psa_app import clock"),
        ("services/history.py", "import reflex"),
        ("services/history.py", "from psa_app.demo import firm"),
        ("models/base.py", "from psa_app import access"),
        ("access/scope.py", "import stripe"),
        ("queries/__init__.py", "import pandas"),
    ],
)
def test_a_planted_import_is_found(tmp_path, file, line):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "psa_app", tmp_path / "psa_app", ignore=shutil.ignore_patterns("__pycache__", "*.ttf")
    )
    (tmp_path / "psa_app/demo/firm.py").touch()
    planted = tmp_path / "psa_app" / file
    planted.write_text(f"{line}\n{planted.read_text()}")
    assert "BROKEN" in lint_imports(tmp_path).stdout
