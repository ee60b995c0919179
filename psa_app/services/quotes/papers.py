"""The PDF of a quote, drawn anew each time: the same quote gives the same bytes."""

from psa_app.access import Actor, fetch, require
from psa_app.db import reading
from psa_app.gateways.pdf import render_quote
from psa_app.models import Quote
from psa_app.queries.quotes.paper import quote_paper


def read_quote_pdf(actor: Actor, quote_id: int) -> tuple[str, bytes]:
    """The file's name and bytes for someone who may read the quote. `NotFound` outside their sight."""
    require(actor, "quotes.read")
    with reading() as session:
        quote = fetch(session, actor, Quote, quote_id)
        name, paper = _name(quote), quote_paper(session, quote)
    return name, render_quote(paper)


def quote_pdf(quote_id: int) -> tuple[str, bytes]:
    """The file's name and bytes, to go along with a mail."""
    with reading() as session:
        quote = session.get_one(Quote, quote_id)
        name, paper = _name(quote), quote_paper(session, quote)
    return name, render_quote(paper)


def _name(quote: Quote) -> str:
    version = f"-v{quote.number_of_version}" if quote.number_of_version > 1 else ""
    return f"{quote.number or 'Quote-draft'}{version}.pdf"
