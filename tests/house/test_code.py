"""How the code is kept: short files and functions, one door, no floats where money is decided."""

import ast
import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    path for folder in ("psa_app", "tests", "tools", "benchmarks") for path in ROOT.glob(f"{folder}/**/*.py")
]
APP = [path for path in OURS if path.is_relative_to(ROOT / "psa_app")]
# Digests, so that this file does not name them either: the hosts of Python's and JavaScript's packages.
INDEXES = {
    "a4aa2ac280bb8d1a",
    "8b5bb5eb9d758455",
    "8743857e3ea00fd1",
    "87d14f070cb96869",
}
HOST = re.compile(rb"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
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


def hosts(text: bytes) -> set[bytes]:
    """Each host that a text may name, and what it lies under: a.b.c gives a.b.c and b.c."""
    named = set(HOST.findall(text.lower()))
    return {one.split(b".", at)[-1] for one in named for at in range(one.count(b"."))}


def is_index(host: bytes) -> bool:
    return hashlib.sha256(host).hexdigest()[:16] in INDEXES


def test_no_tracked_file_names_a_package_index():
    named = {host: name(path) for path in tracked() for host in hosts(path.read_bytes())}
    assert [f"{file}: {host!r}" for host, file in named.items() if is_index(host)] == []


def test_a_host_is_found_with_what_it_lies_under():
    assert hosts(b"get HTTPS://one.two.example/x?y") == {b"one.two.example", b"two.example"}


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


def test_tests_that_share_one_server_run_on_one_worker(request: pytest.FixtureRequest):
    """pytest-xdist marks the group behind the name; where it does not, each worker starts a server."""
    if request.config.getoption("loadgroup", False):
        grouped = [one for one in request.session.items if one.get_closest_marker("xdist_group")]
        assert [one.nodeid for one in grouped if "@" not in one.nodeid] == []
