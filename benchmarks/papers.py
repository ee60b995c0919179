"""Papers: the PDF of an invoice, the electronic one, and 200 of both."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.measure import Line, middle, seconds, span
from psa_app.formats.einvoice import cii, ubl
from psa_app.gateways.pdf import Fact, InvoicePaper, Party, Total, render_invoice
from psa_app.gateways.pdf import InvoiceLine as PrintedLine
from psa_app.rules.einvoices import Address, Document, TaxGroup
from psa_app.rules.einvoices import Line as Billed
from psa_app.rules.einvoices import Party as Side
from psa_app.rules.money import per_hour, plain

RUNS = 9
MANY = 200
PRINTED = 40
RATE = 12_000


def lines(place: Path) -> Iterator[Line]:  # noqa: ARG001 - every part has the same form
    """An invoice of 40 lines: drawn, written in both syntaxes, and 200 Factur-X files."""
    render_invoice(paper(0))  # fonts and template are read once
    pdf = middle(seconds(lambda: render_invoice(paper(1)))[0] for _ in range(RUNS))
    yield Line("draw the PDF of an invoice of 40 lines", span(pdf))
    for name, write in (("UBL", ubl), ("CII", cii)):
        took = middle(seconds(lambda write=write: write(document(1)))[0] for _ in range(RUNS))  # type: ignore[misc]
        yield Line(f"write it as an electronic invoice, {name}", span(took))
    whole, _ = seconds(lambda: [_factur_x(number) for number in range(MANY)])
    yield Line(f"{MANY} invoices as Factur-X, PDF and XML", span(whole), goal="≤ 20 s", reached=whole <= 20)


def _factur_x(number: int) -> bytes:
    return render_invoice(paper(number), xml=cii(document(number), "factur_x").decode())


def paper(number: int) -> InvoicePaper:
    """What is printed."""
    made = document(number)
    return InvoicePaper(
        title="Invoice",
        number=made.number,
        seller=Party(made.seller.name, ("Kaigasse 4, 5020 Salzburg",)),
        buyer=Party(made.buyer.name, ("Hafenstraße 12, 20457 Hamburg",)),
        facts=(Fact("Number", made.number), Fact("Issued", "23 Nov 2026")),
        stamp=datetime(2026, 11, 23, tzinfo=UTC),
        columns=("Description", "Quantity", "Rate", "Amount"),
        lines=tuple(
            PrintedLine(
                line.name,
                f"{line.quantity // 60}:{line.quantity % 60:02} h",
                "120.00",
                plain(line.net, "EUR"),
            )
            for line in made.lines
        ),
        totals=(Total("Net", plain(made.net, "EUR")), Total("Due", plain(made.due, "EUR"), strong=True)),
    )


def document(number: int) -> Document:
    """The electronic invoice: 40 lines of time at one rate."""
    billed = tuple(
        Billed(str(n), f"Design, week {n}", "", 60 + n, "MIN", RATE, 60, per_hour(60 + n, RATE), "S", 200_000)
        for n in range(1, PRINTED + 1)
    )
    net = sum(line.net for line in billed)
    return Document(
        type_code="380",
        number=f"INV-2026-{number:04}",
        issued_on=date(2026, 11, 23),
        due_on=date(2026, 12, 23),
        currency="EUR",
        seller=Side("Harbour Studio", Address("Kaigasse 4", "5020", "Salzburg", "AT"), vat_id="ATU62895905"),
        buyer=Side("Northwind GmbH", Address("Hafenstraße 12", "20457", "Hamburg", "DE")),
        lines=billed,
        taxes=(TaxGroup("S", 200_000, net, net // 5),),
    )
