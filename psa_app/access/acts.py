"""Acts: what can be done to each kind of record, by name.

A service function is declared once with `@act(kind, verb, right)`. From the declaration come
the check of the right, the API's endpoint (`POST /api/v1/{kind}/{id}/{verb}`), its inputs with
their types, and the access tests. The form of every act:

    @act("invoices", "issue", right="invoices.issue")
    def issue_invoice(session, actor, invoice_id: int, *, issued_on: date | None = None) -> Invoice:

A fourth positional parameter that ends in `_id` names the record; keyword-only parameters are
the inputs. An act without a record (`create`, `draft`) has no such parameter.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, ParamSpec, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from psa_app.access.permissions import require, require_scope
from psa_app.errors import Problems

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Act:
    """One declared act; `needs_id` tells whether it is done to an existing record."""

    kind: str
    verb: str
    right: str
    function: Callable[..., Any]
    needs_id: bool
    hidden: bool = False  # not offered by the API (such as signing in)

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.verb}"

    @cached_property
    def inputs(self) -> type[BaseModel]:
        """A model of the act's keyword inputs; unknown keys are refused."""
        hints = get_type_hints(self.function)
        fields: dict[str, Any] = {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                default = ... if parameter.default is inspect.Parameter.empty else parameter.default
                fields[name] = (hints[name], default)
        title = "".join(part.title() for part in (*self.kind.split("_"), *self.verb.split("_")))
        return create_model(
            title, __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True), **fields
        )

    def perform(self, session: Any, actor: Any, record_id: int | None, raw: Mapping[str, Any]) -> Any:
        """Checks the right, then the inputs (`Problems` names each wrong field), then acts."""
        require(actor, self.right)
        values = checked(self.inputs, raw)
        if self.needs_id:
            return self.function(session, actor, record_id, **values)
        return self.function(session, actor, **values)


ACTS: dict[str, Act] = {}


def act(
    kind: str, verb: str, *, right: str, hidden: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares a service function as an act; calling it without the right raises `Forbidden`."""

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            actor: Any = args[1]
            require(actor, right)
            if actor is not None and actor.via == "api":
                require_scope(actor, "write")
            return function(*args, **kwargs)

        positional = [
            name
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        ]
        name = f"{kind}.{verb}"
        if name in ACTS and ACTS[name].function.__module__ != function.__module__:
            raise LookupError(f"The act {name} is declared twice.")
        needs_id = len(positional) > 2 and positional[2].endswith("_id")
        ACTS[name] = Act(kind, verb, right, guarded, needs_id, hidden)
        return guarded

    return declare


_SENTENCES = {
    "missing": "Please fill this in.",
    "extra_forbidden": "There is no such field here.",
    "date_from_datetime_parsing": "Please give a date such as 2026-11-23.",
    "date_parsing": "Please give a date such as 2026-11-23.",
    "int_parsing": "Please give a whole number.",
    "int_type": "Please give a whole number.",
    "int_from_float": "Please give a whole number.",
    "bool_parsing": "Please say true or false.",
    "string_type": "Please give text.",
}


def checked(model: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `raw` as the model types them; raises `Problems` with a sentence per field."""
    try:
        parsed = model.model_validate(dict(raw))
    except ValidationError as error:
        fields = {
            ".".join(str(part) for part in one["loc"]) or "body": _SENTENCES.get(one["type"], one["msg"])
            for one in error.errors(include_url=False, include_input=False)
        }
        raise Problems("Some fields are not right.", fields) from None
    return {name: getattr(parsed, name) for name in model.model_fields}
