"""Invoices and SOWs as PDF files: give a paper of finished text, get the bytes."""

from psa_app.gateways.pdf.papers import (
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
from psa_app.gateways.pdf.render import render_invoice, render_quote, render_sow, unprintable

__all__ = [
    "Acceptance",
    "Column",
    "Fact",
    "InvoiceLine",
    "InvoicePaper",
    "Party",
    "Payment",
    "Section",
    "SowPaper",
    "Table",
    "TimeAnnex",
    "TimeRow",
    "Total",
    "render_invoice",
    "render_quote",
    "render_sow",
    "unprintable",
]
