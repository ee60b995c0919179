"""The PDFs of a scope and its change orders, drawn anew each time: the same words give the same bytes."""

from psa_app.access import Actor, fetch, require
from psa_app.db import reading
from psa_app.gateways.pdf import render_sow
from psa_app.models import ChangeOrder, Sow
from psa_app.queries.contracts.order_paper import order_paper
from psa_app.queries.contracts.paper import sow_paper


def read_sow_pdf(actor: Actor, sow_id: int) -> tuple[str, bytes]:
    """The file's name and bytes for someone who may read the scope. Raises `NotFound` outside their sight."""
    require(actor, "sows.read")
    with reading() as session:
        sow = fetch(session, actor, Sow, sow_id)
        paper = sow_paper(session, sow)
    return f"{sow.number}.pdf", render_sow(paper)


def read_change_order_pdf(actor: Actor, order_id: int) -> tuple[str, bytes]:
    """The file's name and bytes for someone who may read it. Raises `NotFound` outside their sight."""
    require(actor, "changes.read")
    with reading() as session:
        order = fetch(session, actor, ChangeOrder, order_id)
        paper = order_paper(session, order, session.get_one(Sow, order.sow_id))
    return f"{order.number or 'Change-order-draft'}.pdf", render_sow(paper)


def change_order_pdf(order_id: int) -> tuple[str, bytes]:
    """The file's name and bytes, to go along with a mail."""
    with reading() as session:
        order = session.get_one(ChangeOrder, order_id)
        paper = order_paper(session, order, session.get_one(Sow, order.sow_id))
    return f"{order.number}.pdf", render_sow(paper)
