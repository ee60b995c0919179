"""Every service says what it does and who may do it."""

import ast
import importlib
import pkgutil
from pathlib import Path

import psa_app.services
from psa_app.access import ACTS
from psa_app.access.permissions import ALL_RIGHTS

FOLDER = Path(psa_app.services.__file__).parent
APP = FOLDER.parent
GATES = {"require", "require_scope", "fetch", "scoped", "visible"}
INTERNAL = {
    "note",
    "note_many",
    "settle",
    "book_state",
    "reprice",
}  # called by acts that have asked, and by jobs


def modules() -> list[tuple[str, dict[str, ast.FunctionDef]]]:
    return [
        (
            str(path.relative_to(FOLDER)),
            {
                node.name: node
                for node in ast.parse(path.read_text()).body
                if isinstance(node, ast.FunctionDef)
            },
        )
        for path in sorted(FOLDER.rglob("*.py"))
    ]


def public_functions() -> list[tuple[str, ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    return [
        (f"{file}:{function.lineno} {function.name}", function, functions)
        for file, functions in modules()
        for function in functions.values()
        if not function.name.startswith("_")
    ]


def called(node: ast.AST) -> set[str]:
    functions = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
    return {
        f.attr if isinstance(f, ast.Attribute) else f.id
        for f in functions
        if isinstance(f, ast.Attribute | ast.Name)
    }


def asks(function: ast.FunctionDef, beside: dict[str, ast.FunctionDef]) -> bool:
    """True when the function is declared as an act, or it or a helper beside it asks the gate."""
    decorators = ast.Module([ast.Expr(one) for one in function.decorator_list], [])
    if "act" in called(decorators) or called(function) & GATES:
        return True
    return any(asks(beside[name], beside) for name in called(function) & set(beside) - {function.name})


def test_every_public_service_function_has_a_docstring():
    assert [where for where, function, _ in public_functions() if not ast.get_docstring(function)] == []


def test_every_service_that_takes_an_actor_asks_what_he_may():
    ungated = [
        where
        for where, function, beside in public_functions()
        if "actor" in {argument.arg for argument in function.args.args}
        and function.name not in INTERNAL
        and not asks(function, beside)
    ]
    assert ungated == []


def imported_from_services(path: Path) -> set[str]:
    return {
        alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("psa_app.services")
        for alias in node.names
    }


def test_what_asks_nobody_is_called_by_no_page_and_no_route():
    edges = [
        path for layer in ("pages", "state", "components", "api") for path in (APP / layer).rglob("*.py")
    ]
    calls = {
        f"{path.relative_to(APP)}: {name}"
        for path in edges
        for name in imported_from_services(path) & (INTERNAL | {"history"})
    }
    assert calls == set()


def test_every_act_asks_for_a_right_that_some_role_has():
    for module in pkgutil.walk_packages([str(FOLDER)], "psa_app.services."):
        importlib.import_module(module.name)
    assert ACTS
    assert {act.name: act.right for act in ACTS.values() if act.right not in ALL_RIGHTS} == {}
