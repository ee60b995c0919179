"""Copies of invoices that the payment service issued: they are changed there, never here."""

from psa_app.errors import Conflict
from psa_app.models import Invoice


def check_ours(invoice: Invoice) -> None:
    """Raises `Conflict` for a copy."""
    if invoice.managed_ref:
        raise Conflict(
            f"{invoice.number} was issued by the payment service. "
            "Change it there; what comes of it appears here."
        )
