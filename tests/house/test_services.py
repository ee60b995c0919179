"""Every service says what it does, and what a browser can reach asks who may."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import psa_app.services
from psa_app.access import ACTS
from psa_app.access.permissions import ALL_RIGHTS

SERVICES = Path(psa_app.services.__file__).parent
APP = SERVICES.parent
EDGES = ("pages", "state", "components", "api")
GATES = {"require", "require_scope", "fetch", "scoped", "visible"}
Functions = dict[str, ast.FunctionDef]


@cache
def functions_of(path: Path) -> Functions:
    return {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


def called(node: ast.AST) -> set[str]:
    functions = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
    return {
        f.attr if isinstance(f, ast.Attribute) else f.id
        for f in functions
        if isinstance(f, ast.Attribute | ast.Name)
    }


def asks(function: ast.FunctionDef, beside: Functions) -> bool:
    """True when the function is declared as an act, or it or a helper beside it asks the gate."""
    decorators = ast.Module([ast.Expr(one) for one in function.decorator_list], [])
    if "act" in called(decorators) or called(function) & (GATES | set(act_functions())):
        return True
    return any(asks(beside[name], beside) for name in called(function) & set(beside) - {function.name})


@cache
def act_functions() -> frozenset[str]:
    import_all_services()
    return frozenset(inspect.unwrap(act.function).__name__ for act in ACTS.values())


@cache
def import_all_services() -> None:
    for module in pkgutil.walk_packages([str(SERVICES)], "psa_app.services."):
        importlib.import_module(module.name)


def reached_from(path: Path) -> Iterator[Callable[..., Any]]:
    """The service functions that a module at the edge imports, by name or through their module."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("psa_app.services"):
            continue
        for alias in node.names:
            found = named(str(node.module), alias.name)
            if isinstance(found, ModuleType):
                for used in attributes(tree, alias.asname or alias.name):
                    yield getattr(found, used)
            else:
                yield found


def named(module: str, name: str) -> Any:
    found = importlib.import_module(module)
    return getattr(found, name) if hasattr(found, name) else importlib.import_module(f"{module}.{name}")


def attributes(tree: ast.AST, module: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }


def service_functions_at_the_edge() -> set[Callable[..., Any]]:
    paths = [path for layer in EDGES for path in (APP / layer).rglob("*.py")]
    reached = {inspect.unwrap(one) for path in paths for one in reached_from(path) if callable(one)}
    return {
        one
        for one in reached
        if isinstance(one, FunctionType) and one.__module__.startswith("psa_app.services.")
    }


def test_every_public_service_function_has_a_docstring():
    bare = [
        f"{path.relative_to(APP)}:{function.lineno} {name}"
        for path in sorted(SERVICES.rglob("*.py"))
        for name, function in functions_of(path).items()
        if not name.startswith("_") and not ast.get_docstring(function)
    ]
    assert bare == []


def test_every_service_that_a_browser_can_reach_asks_who_may():
    """Identity is asked before anyone is known; all else takes an actor and asks the gate."""
    ungated = []
    for service in service_functions_at_the_edge():
        beside = functions_of(Path(inspect.getfile(service)))
        known = "actor" in inspect.signature(service).parameters
        if known and not asks(beside[service.__name__], beside):
            ungated.append(f"{service.__module__}.{service.__name__} asks nobody")
        if not known and not service.__module__.startswith("psa_app.services.identity."):
            ungated.append(f"{service.__module__}.{service.__name__} takes no actor")
    assert ungated == []


def test_every_act_asks_for_a_right_that_some_role_has():
    import_all_services()
    assert ACTS
    assert {act.name: act.right for act in ACTS.values() if act.right not in ALL_RIGHTS} == {}
