"""Lists as CSV and Excel files for whoever is signed in: what stands on the page, narrowed as it is there."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from psa_app import db
from psa_app.access import Actor, as_id, require
from psa_app.api.files import file, for_reader
from psa_app.api.sheets import SHEETS, making, record_sheet, sheet
from psa_app.errors import NotFound
from psa_app.queries.evidence import evidence_pack
from psa_app.queries.invoices.listing import invoice_table
from psa_app.resources import RESOURCES


async def export(request: Request) -> Response:
    """GET /files/export/{kind}.{sheet}: `q` searches, `sort` sorts, all else in the query is a filter."""
    return await asyncio.to_thread(for_reader, request, lambda actor: _file(actor, request))


def _file(actor: Actor, request: Request) -> Response:
    kind, form = str(request.path_params["kind"]), str(request.path_params["sheet"])
    resource = RESOURCES.get(kind)
    if resource is None or form not in SHEETS:
        raise NotFound()
    require(actor, resource.read_right)
    asked = dict(request.query_params)
    with making(actor), db.reading() as session:
        if kind == "invoices":
            content = sheet(invoice_table(session, actor, asked), form, resource.many)
        else:
            search, sort = asked.pop("q", ""), asked.pop("sort", "")
            content = record_sheet(session, actor, resource, form, search=search, filters=asked, sort=sort)
    return file(content, f"{kind}.{form}", SHEETS[form])


async def evidence(request: Request) -> Response:
    """GET /files/evidence.json: the chain of evidence; with `client` that client's, of others the seals."""

    def answer(actor: Actor) -> Response:
        client = request.query_params.get("client", "")
        with making(actor), db.reading() as session:
            pack = evidence_pack(session, actor, as_id(client) if client else None)
        return file(pack.encode(), "evidence.json", "application/json")

    return await asyncio.to_thread(for_reader, request, answer)


routes = [
    Route("/files/evidence.json", evidence, methods=["GET"]),
    Route("/files/export/{kind}.{sheet}", export, methods=["GET"]),
]
