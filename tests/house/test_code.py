"""How the code is kept: short files and functions, one door, no floats where money is decided."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    path for folder in ("psa_app", "tests", "tools", "benchmarks") for path in ROOT.glob(f"{folder}/**/*.py")
]
APP = [path for path in OURS if path.is_relative_to(ROOT / "psa_app")]
INDEXES = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "registry.yarn" + "pkg.com"]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0")[:-1] if listed.returncode == 0 else [name(path) for path in OURS]
    return [ROOT / one for one in names if (ROOT / one).is_file()]


def test_no_file_is_longer_than_400_lines():
    written = [path for path in OURS if "versions" not in path.parts]
    lengths = {name(path): len(path.read_text().splitlines()) for path in written}
    assert {file: lines for file, lines in lengths.items() if lines > 400} == {}


def test_no_function_is_longer_than_60_lines():
    written = [path for path in OURS if "versions" not in path.parts]
    lengths = {
        f"{name(path)}:{function.lineno} {function.name}": function.end_lineno - function.lineno + 1
        for path in written
        for function in functions(path)
    }
    assert {where: lines for where, lines in lengths.items() if lines > 60} == {}


def test_no_tracked_file_names_a_package_index():
    found = [
        f"{name(path)}: {index}"
        for path in tracked()
        for index in INDEXES
        if index.encode() in path.read_bytes()
    ]
    assert found == []


def test_every_folder_of_the_app_is_a_package():
    """Without `__init__.py` a page's events vanish without a word."""
    folders = {path.parent for path in APP}
    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("layer", ["rules", "models", "services"])
def test_nothing_that_decides_uses_floats(layer):
    floats = [
        f"{name(path)}:{node.lineno}"
        for path in APP
        if path.parts[len(ROOT.parts) + 1] == layer
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert floats == []


def test_only_the_unit_of_work_commits():
    commits = [
        f"{name(path)}:{node.lineno}"
        for path in APP
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert commits == []


REMEMBERED = "psa_app/services/remembered.py"  # the status of an answer over HTTP is no document's


def test_only_move_assigns_a_status():
    assigned = [
        f"{name(path)}:{node.lineno}"
        for path in APP
        if name(path) not in ("psa_app/models/base.py", REMEMBERED)
        and path.parts[len(ROOT.parts) + 1] in ("services", "jobs.py", "demo")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store)
    ]
    assert assigned == []
