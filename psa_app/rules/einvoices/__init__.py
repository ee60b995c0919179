"""Electronic invoices by EN 16931: what stands in one, what it must hold, and what a profile asks for."""

from psa_app.rules.einvoices.document import (
    Address,
    Adjustment,
    Document,
    Endpoint,
    Line,
    Party,
    PaymentMeans,
    Preceding,
    TaxGroup,
)

__all__ = [
    "Address",
    "Adjustment",
    "Document",
    "Endpoint",
    "Line",
    "Party",
    "PaymentMeans",
    "Preceding",
    "TaxGroup",
]
