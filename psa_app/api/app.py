"""Every address beside the pages. A module of this package that adds some stands in the list below."""

import importlib
import importlib.util
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cache
from types import ModuleType

from starlette.applications import Starlette

MODULES = ("health", "auth", "files", "exports", "pay", "webhooks", "sandbox", "rest")
Lifespan = Callable[[], AbstractAsyncContextManager[None]]


@cache
def modules() -> tuple[ModuleType, ...]:
    """The modules named above: each brings its list `routes`, and may bring a `lifespan`."""
    specs = [importlib.util.find_spec(f"psa_app.api.{name}") for name in MODULES]
    return tuple(importlib.import_module(spec.name) for spec in specs if spec is not None and spec.origin)


def create_api() -> Starlette:
    """The app that answers before the pages do."""
    return Starlette(routes=[route for module in modules() for route in module.routes])


def lifespans() -> list[Lifespan]:
    """What has to run as long as the program does, such as the sandbox's deliveries."""
    return [module.lifespan for module in modules() if hasattr(module, "lifespan")]
