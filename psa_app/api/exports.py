"""Lists as CSV and Excel files for whoever is signed in: what stands on the page, narrowed as it is there."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from psa_app import clock, db
from psa_app.access import Actor, as_id, require
from psa_app.api.files import file, for_reader
from psa_app.api.sheets import SHEETS, making, record_sheet, sheet
from psa_app.errors import NotFound
from psa_app.queries.evidence import evidence_pack
from psa_app.queries.exports import ExportTable
from psa_app.queries.invoices.listing import invoice_table
from psa_app.queries.rate_sheet import LIST_HEADERS, matrix_sheet, rate_sheet
from psa_app.queries.report_sheets import REPORTS, months_asked
from psa_app.resources import RESOURCES
from psa_app.rules.fields import optional_date


async def export(request: Request) -> Response:
    """GET /files/export/{kind}.{sheet}: `q` searches, `sort` sorts, `columns` lead; all else filters."""
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
            search, sort, columns = (asked.pop(name, "") for name in ("q", "sort", "columns"))
            content = record_sheet(
                session,
                actor,
                resource,
                form,
                search=search,
                filters=asked,
                sort=sort,
                columns=columns.split(","),
            )
    return file(content, f"{kind}.{form}", SHEETS[form])


async def evidence(request: Request) -> Response:
    """GET /files/evidence.json: the chain of evidence; with `client` that client's, of others the seals."""

    def answer(actor: Actor) -> Response:
        client = request.query_params.get("client", "")
        with making(actor), db.reading() as session:
            pack = evidence_pack(session, actor, as_id(client) if client else None)
        return file(pack.encode(), "evidence.json", "application/json")

    return await asyncio.to_thread(for_reader, request, answer)


async def rates(request: Request) -> Response:
    """GET /files/rates/{layout}.{sheet}: `list`, or `matrix` (the cards of a `day` side by side)."""
    return await asyncio.to_thread(for_reader, request, lambda actor: _rates(actor, request))


def _rates(actor: Actor, request: Request) -> Response:
    layout, form = str(request.path_params["layout"]), str(request.path_params["sheet"])
    if layout not in ("list", "matrix") or form not in SHEETS:
        raise NotFound()
    asked = request.query_params
    with making(actor), db.reading() as session:
        if layout == "list":
            table = ExportTable(LIST_HEADERS, rate_sheet(session, actor))
        else:
            client, of = asked.get("client", ""), asked.get("of", "") or "roles"
            day = optional_date(asked.get("day", ""), "day") or clock.now().date()
            client_id = as_id(client) if client else None
            table = matrix_sheet(session, actor, day=day, of=of, client_id=client_id)
        content = sheet(table, form, "Rates")
    return file(content, f"rates-{layout}.{form}", SHEETS[form])


async def report(request: Request) -> Response:
    """GET /files/reports/{name}.{sheet}: the rows of a report over the last `months`."""
    return await asyncio.to_thread(for_reader, request, lambda actor: _report(actor, request))


def _report(actor: Actor, request: Request) -> Response:
    name, form = str(request.path_params["name"]), str(request.path_params["sheet"])
    if name not in REPORTS or form not in SHEETS:
        raise NotFound()
    months = months_asked(request.query_params.get("months", ""))
    with making(actor), db.reading() as session:
        content = sheet(REPORTS[name](session, actor, months), form, name.capitalize())
    return file(content, f"{name}.{form}", SHEETS[form])


routes = [
    Route("/files/reports/{name}.{sheet}", report, methods=["GET"]),
    Route("/files/rates/{layout}.{sheet}", rates, methods=["GET"]),
    Route("/files/evidence.json", evidence, methods=["GET"]),
    Route("/files/export/{kind}.{sheet}", export, methods=["GET"]),
]
