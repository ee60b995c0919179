"""The PDF of a retainer's statement."""

from psa_app.access import Actor, require
from psa_app.db import reading
from psa_app.gateways.pdf import render_quote
from psa_app.queries.retainers.paper import retainer_paper
from psa_app.queries.retainers.statement import retainer_statement


def read_retainer_pdf(actor: Actor, line_id: int, number: int | None = None) -> tuple[str, bytes]:
    """The file's name and bytes, with the work of a period (None: that of today).

    Raises `NotFound` outside the actor's scope.
    """
    require(actor, "portal.read" if actor.role == "client" else "sows.read")
    with reading() as session:
        found = retainer_statement(session, actor, line_id, number)
        paper = retainer_paper(session, found)
    return f"retainer-{line_id}.pdf", render_quote(paper)
