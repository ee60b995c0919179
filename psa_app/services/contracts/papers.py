"""The PDF of a scope, drawn anew each time: the same scope gives the same bytes."""

from psa_app.access import Actor, fetch, require
from psa_app.db import reading
from psa_app.gateways.pdf import render_sow
from psa_app.models import Sow
from psa_app.queries.contracts.paper import sow_paper


def read_sow_pdf(actor: Actor, sow_id: int) -> tuple[str, bytes]:
    """The file's name and bytes for someone who may read the scope. Raises `NotFound` outside their sight."""
    require(actor, "sows.read")
    with reading() as session:
        sow = fetch(session, actor, Sow, sow_id)
        paper = sow_paper(session, sow)
    return f"{sow.number}.pdf", render_sow(paper)
