"""REST: the OpenAPI document is valid, true, and shown on a page that needs nothing from elsewhere."""

import json
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette

from psa_app.access import ACTS
from psa_app.api.rest import routes
from psa_app.api.rest.app import create_app
from psa_app.api.rest.operations import operations
from psa_app.api.rest.schema import openapi
from psa_app.resources import RESOURCES
from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import BASE, Api
from tests.support.world_fixtures import *  # noqa: F403

DOCUMENT = openapi(operations())
SOAK = os.environ.get("PSA_SOAK") == "1"
EXAMPLES = 40 if SOAK else 1  # for each of about 250 operations, of each mode


def test_the_document_is_valid_as_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    broken = json.loads(json.dumps(DOCUMENT))
    broken["paths"]["/accounts"]["get"]["parameters"] = "none"
    with pytest.raises(Exception, match="parameters"):
        schemathesis.openapi.from_dict(broken).validate()


def test_every_reference_leads_somewhere() -> None:
    def references(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*(references(one) for one in part.values()))
        return set().union(*(references(one) for one in part)) if isinstance(part, list) else set()

    for reference in references(DOCUMENT):
        part: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


def test_every_kind_and_every_act_is_offered_once() -> None:
    listed = operations()
    names = [one.name for one in listed]
    assert sorted(names) == sorted(set(names))
    assert {one.kind for one in listed if one.is_list} == set(RESOURCES)
    done = {(one.kind, one.path.rsplit("/", 1)[-1]) for one in listed if one.method == "POST"}
    done |= {(one.kind, one.name.split("_")[0]) for one in listed if one.method in ("POST", "PATCH")}
    missing = {act.name for act in ACTS.values() if not act.hidden and (act.kind, act.verb) not in done}
    assert missing == set()


def test_what_only_signing_in_may_do_is_not_offered() -> None:
    paths = set(DOCUMENT["paths"])
    assert not {path for path in paths if "password" in path or path.startswith("/tokens")}
    assert "password_hash" not in json.dumps(DOCUMENT)


def test_money_has_one_shape_everywhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for resource in RESOURCES.values():
        properties = schemas[resource.model.__name__]["properties"]
        for field in resource.fields:
            if field.kind == "money":
                assert "#/components/schemas/Money" in json.dumps(
                    properties[field.name.removesuffix("_minor")]
                )
            assert not (field.name.endswith("_minor") and field.kind != "money"), field.name
    assert schemas["Money"]["required"] == ["amount", "currency"]


def test_the_page_shows_each_operation_and_loads_nothing(api: Api) -> None:
    answer = api.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    for path in DOCUMENT["paths"]:
        assert f"{BASE}{path}</code>" in answer.text
    for forbidden in ("<script", " src=", "@import", "url(", "http://", "onclick"):
        assert forbidden not in answer.text


@(pytest.mark.soak if SOAK else pytest.mark.slow)
def test_what_the_document_says_is_true(api: Api) -> None:
    """Schemathesis sends what fits and what does not, as the owner, and compares the answers.

    What fits may still be refused: the services know more than the document.
    """
    create_app()
    schema = schemathesis.openapi.from_asgi(f"{BASE}/openapi.json", Starlette(routes=routes))
    headers = {"Authorization": f"Bearer {api.tokens['Olga']}"}
    failures: list[str] = []
    for result in schema.get_all_operations():
        try:
            operation = result.ok()
        except InvalidSchema as error:
            failures.append(str(error))
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                send(operation, mode, headers)
            except FailureGroup as error:
                failures += [f"{operation.label} {mode.name}: {one}" for one in error.exceptions]
    assert failures == [], "\n\n".join(failures)


def send(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        # An empty list in a query is not sent at all: what would be wrong of it never arrives.
        assume(mode is GenerationMode.POSITIVE or [] not in (case.query or {}).values())
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    check()
