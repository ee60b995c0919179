"""The demo firm: how long a first start takes to make it, and an invoice of it as PDF."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlmodel import col, select

from benchmarks import firm
from benchmarks.measure import Line, middle, seconds, span
from psa_app import db, models
from psa_app.demo import load_demo
from psa_app.gateways.pdf import render_invoice
from psa_app.models import Invoice
from psa_app.queries.invoices.paper import invoice_paper

RUNS = 2
PAPERS = 5


def lines(place: Path) -> Iterator[Line]:
    """Two lines."""
    took = []
    for number in range(RUNS):
        file = place / f"demo{number}.db"
        with firm.database(file):
            models.metadata.create_all(db.engine())
            took.append(seconds(partial(load_demo, sandbox=file.with_suffix(".sandbox")))[0])
    yield Line(
        "loading the demo firm (14 months through the services)",
        span(middle(took)),
        goal="≤ 6 s",
        reached=middle(took) <= 6,
    )
    with firm.database(file):
        papers = [seconds(partial(_paper, number))[0] for number in range(PAPERS)]
    yield Line("an invoice with its hours as PDF/A, read and drawn", span(middle(papers)))


def _paper(number: int) -> bytes:
    with db.reading() as session:
        issued = select(Invoice).where(Invoice.status == "issued").order_by(col(Invoice.id).desc())
        paper = invoice_paper(session, session.exec(issued.offset(number).limit(1)).one(), annex=True)
    return render_invoice(paper)
