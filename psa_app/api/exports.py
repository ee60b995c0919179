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
from psa_app.queries.retainers.paper import period_sheet, work_sheet
from psa_app.queries.retainers.statement import retainer_statement
from psa_app.resources import RESOURCES
from psa_app.rules.fields import optional_date
from psa_app.services.retainers.papers import read_retainer_pdf


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


async def retainer(request: Request) -> Response:
    """GET /files/retainers/{line_id}.{form}: the periods; /work.{sheet}: the work of `period`."""
    return await asyncio.to_thread(for_reader, request, lambda actor: _retainer(actor, request))


def _retainer(actor: Actor, request: Request) -> Response:
    line_id, form = int(request.path_params["line_id"]), str(request.path_params["form"])
    period = request.query_params.get("period", "")
    number = as_id(period) if period else None
    if form == "pdf" and "/work." not in request.url.path:
        name, content = read_retainer_pdf(actor, line_id, number)
        return file(content, name, "application/pdf", "inline")
    if form not in SHEETS:
        raise NotFound()
    of_work = "/work." in request.url.path
    with making(actor), db.reading() as session:
        found = retainer_statement(session, actor, line_id, number)
        content = sheet(work_sheet(found) if of_work else period_sheet(found), form, "Retainer")
    return file(content, f"retainer-{line_id}.{form}", SHEETS[form])


routes = [
    Route("/files/retainers/{line_id:int}.{form}", retainer, methods=["GET"]),
    Route("/files/retainers/{line_id:int}/work.{form}", retainer, methods=["GET"]),
    Route("/files/reports/{name}.{sheet}", report, methods=["GET"]),
    Route("/files/rates/{layout}.{sheet}", rates, methods=["GET"]),
    Route("/files/evidence.json", evidence, methods=["GET"]),
    Route("/files/export/{kind}.{sheet}", export, methods=["GET"]),
]
