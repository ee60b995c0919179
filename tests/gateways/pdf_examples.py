"""Papers of a small named world for the tests of the PDFs."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

from psa_app.formats import epc_qr
from psa_app.gateways.pdf import (
    Acceptance,
    Column,
    Fact,
    InvoiceLine,
    InvoicePaper,
    Party,
    Payment,
    Section,
    SowPaper,
    Table,
    TimeAnnex,
    TimeRow,
    Total,
)

IBAN = "AT61 1904 3002 3457 3201"
STAMP = datetime(2026, 11, 12, 8, 14, tzinfo=UTC)
SELLER = Party("Harbour Studio", ("Kaigasse 4, 5020 Salzburg", "VAT ATU00000000"))
BUYER = Party("Northwind GmbH", ("Accounts payable", "Hafenstraße 12, 20457 Hamburg", "VAT DE000000000"))


def invoice(**changes: Any) -> InvoicePaper:
    """The invoice of October for Northwind, with the changes that a test asks for."""
    paper = InvoicePaper(
        title="Invoice",
        number="INV-2026-0142",
        seller=SELLER,
        buyer=BUYER,
        facts=(
            Fact("Number", "INV-2026-0142"),
            Fact("Issued", "12 Nov 2026"),
            Fact("Due", "12 Dec 2026"),
            Fact("Service", "1–31 Oct 2026"),
            Fact("Order", "PO 88-310"),
        ),
        stamp=STAMP,
        footer="Harbour Studio · Commercial register Salzburg FN 000000a · studio@harbour.example",
        columns=("October and milestone 2", "Quantity", "Rate", "Amount"),
        lines=(
            InvoiceLine("Design, senior", "46:30 h", "€140.00", "€6,510.00"),
            InvoiceLine("Engineering", "71:15 h", "€125.00", "€8,906.25"),
            InvoiceLine(
                "Milestone 2: clickable prototype", "1", "€4,500.00", "€4,500.00", "Accepted 12 November"
            ),
            InvoiceLine("Travel, at cost", "3", "", "€412.80"),
        ),
        totals=(
            Total("Net", "€20,329.05"),
            Total("Reverse charge, 0 %", "€0.00"),
            Total("Due", "€20,329.05", strong=True),
        ),
        notes=("Reverse charge: the recipient owes the tax (Article 196, Directive 2006/112/EC).",),
        payment=Payment(
            "Payment",
            (
                Fact("To", "Harbour Studio"),
                Fact("IBAN", IBAN),
                Fact("BIC", "BKAUATWW"),
                Fact("Reference", "INV-2026-0142"),
                Fact("Amount", "€20,329.05"),
            ),
            qr_svg=epc_qr.svg("Harbour Studio", IBAN, 2032905, "INV-2026-0142", "BKAUATWW"),
            qr_caption="Scan to pay",
        ),
    )
    return dataclasses.replace(paper, **changes)


def annex(rows: int) -> TimeAnnex:
    """So many hours of work."""
    people = ("Mara Huber", "Jonas Reuter", "Élodie Nguyễn")
    return TimeAnnex(
        "Hours, October 2026",
        ("Date", "Person", "Task", "Note", "Hours"),
        tuple(
            TimeRow(
                f"{1 + n % 31} Oct",
                people[n % 3],
                "Checkout redesign",
                f"Entry {n + 1}: forms and errors",
                "1:30",
            )
            for n in range(rows)
        ),
        Total("Total", f"{rows * 90 // 60}:{rows * 90 % 60:02d}", strong=True),
    )


def sow(**changes: Any) -> SowPaper:
    """The SOW on the checkout redesign, accepted by the client."""
    paper = SowPaper(
        title="Statement of work SOW-018",
        subtitle="Checkout redesign",
        number="SOW-018",
        seller=SELLER,
        buyer=BUYER,
        facts=(Fact("Number", "SOW-018"), Fact("Date", "1 Jul 2026"), Fact("Currency", "EUR")),
        stamp=STAMP,
        sections=(
            Section("Purpose", ("A checkout that a person finishes in under a minute.", "Phone first.")),
            Section(
                "Prices",
                (),
                Table(
                    (Column("Line", share=3), Column("Model", share=2), Column("Value", numeric=True)),
                    (
                        ("Design and engineering", "Time and materials, cap", "€60,000.00"),
                        ("Prototype", "Fixed, two milestones", "€9,000.00"),
                    ),
                    (Total("Value", "€69,000.00", strong=True),),
                ),
            ),
            Section(
                "Rates",
                ("Per hour, net of tax.",),
                Table(
                    (Column("Role"), Column("Rate", numeric=True)),
                    (("Design, senior", "€140.00"), ("Engineering", "€125.00")),
                ),
            ),
        ),
        acceptance=Acceptance(
            "Accepted",
            (
                Fact("By", "Jonas Reuter, Northwind GmbH"),
                Fact("At", "3 Jul 2026, 09:41 CEST"),
                Fact("From", "203.0.113.7"),
                Fact("SHA-256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            ),
        ),
    )
    return dataclasses.replace(paper, **changes)
