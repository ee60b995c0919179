"""The PDF of a client's statement of account."""

from datetime import date

from psa_app.access import Actor, require
from psa_app.db import reading
from psa_app.gateways.pdf import render_quote
from psa_app.models import Account
from psa_app.queries.books.statement import client_statement, statement_paper


def read_statement_pdf(
    actor: Actor, account_id: int, first: date | None = None, last: date | None = None
) -> tuple[str, bytes]:
    """The file's name and bytes for someone who may read the client's invoices.

    Raises `NotFound` outside the actor's scope, `Invalid` for a period that ends before it begins.
    """
    require(actor, "invoices.read")
    with reading() as session:
        found = client_statement(session, actor, account_id, first, last)
        paper = statement_paper(session, found, session.get_one(Account, account_id))
    return f"statement-{found.first}-{found.last}.pdf", render_quote(paper)
