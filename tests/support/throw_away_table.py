"""Run inside a copy of the program that followed the guide: what has come of the new table, as JSON.

python -m tests.support.throw_away_table DATABASE_FILE
"""

import io
import json
import sys
from dataclasses import asdict
from typing import Any

import httpx
from starlette.applications import Starlette

from psa_app import db
from psa_app.access import Actor
from psa_app.api.rest import routes
from psa_app.formats.tables_in import read_any
from psa_app.migrations import run
from psa_app.queries.exports import export_table
from psa_app.resources import RESOURCES
from psa_app.services.imports import Choices, apply_records, guessed
from psa_app.state.lowcode.address import Asked
from psa_app.state.lowcode.reading import list_of
from psa_app.state.lowcode.record_reading import record_of
from psa_app.state.lowcode.specs import form_of
from psa_app.state.lowcode.tables import table_hits
from tests.api.rest_world import make_tokens
from tests.support.servers import serve
from tests.support.world import World, do, make_world

KIND = "certificates"


def main(file: str) -> None:
    """Makes the revision, the database and the firm, then looks at everything."""
    url = f"sqlite:///{file}"
    revision = run.make("certificates").name
    run.upgrade(url)
    agrees = run.check(url)
    db.use_engine(db.make_engine(url))
    world = make_world()
    found = {"revision": revision, "difference": agrees, **_rest(world), **_pages(world)}
    json.dump(found, sys.stdout)


def _rest(world: World) -> dict[str, Any]:
    """What the API does: make one, list, refuse, describe."""
    tokens = make_tokens(world)
    given = {"name": "First aid", "person_id": world.people["Ann"], "ends_on": "2027-05-31"}
    with (
        serve(Starlette(routes=routes)) as address,
        httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client,
    ):
        as_owner = {"Authorization": f"Bearer {tokens['Olga']}"}
        as_lead = {"Authorization": f"Bearer {tokens['Lea']}"}
        made = client.post(f"/{KIND}", json=given, headers=as_owner)
        wrong = client.post(f"/{KIND}", json={"name": "", "person_id": 1}, headers=as_owner)
        return {
            "made": made.status_code,
            "wrong": wrong.json(),
            "refused": client.post(f"/{KIND}", json=given, headers=as_lead).status_code,
            "listed": client.get(f"/{KIND}?q=aid", headers=as_lead).json()["data"],
            "paths": sorted(path for path in client.get("/openapi.json").json()["paths"] if KIND in path),
        }


def _pages(world: World) -> dict[str, Any]:
    """What the generic pages draw."""
    owner, member = world["Olga"], world["Ann"]
    page = do(list_of, owner, Asked(KIND, filters={"ends_on__from": "2027-01-01"}))
    _, _, specs = do(form_of, owner, KIND, 0, {})
    one = do(record_of, owner, KIND, 1)
    table = do(export_table, owner, RESOURCES[KIND])
    return {
        "columns": [column.label for column in page.columns],
        "cells": [[cell.text for cell in row.cells] for row in page.rows],
        "specs": {spec.name: spec.kind for spec in specs},
        "required": [spec.name for spec in specs if spec.required],
        "facts": [asdict(fact) for group in one.groups for fact in group.facts],
        "history": [change.text for change in one.happened],
        "of_person": [
            related.title for related in do(record_of, owner, "people", world.people["Ann"]).related
        ],
        "headers": table.headers,
        "rows": [[str(cell) for cell in row] for row in table.rows],
        "imported": _imported(owner),
        "palette": _labels(owner),
        "members_palette": _labels(member),
    }


def _imported(who: Actor) -> list[list[str]]:
    """What becomes of the rows of a file, and of the same file again."""
    text = (
        "Name;Person;Counts until\nFirst aid;ann@harbour.example;31.05.2027\nForklift;Ann Test;30.06.2028\n"
    )
    table = read_any(text.encode())
    found = []
    for _ in range(2):
        columns = do(guessed, who, RESOURCES[KIND], table.headers)
        done = do(apply_records, who, RESOURCES[KIND], table, Choices(columns))
        found.append([row.outcome for row in done.rows])
    return found


def _labels(who: Actor) -> list[str]:
    return [hit.label for hit in table_hits(who, "certif")]


if __name__ == "__main__":
    out, sys.stdout = sys.stdout, io.StringIO()
    try:
        main(sys.argv[1])
        told = sys.stdout.getvalue()
    finally:
        sys.stdout = out
    print(told[told.index("{") :])  # noqa: T201
