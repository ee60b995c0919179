"""Test money and real money, which never meet."""

from psa_app.config import settings
from psa_app.models import Firm

LIVE_KEYS = ("sk_live_", "rk_live_")


def takes_test_money(firm: Firm) -> bool:
    """True in the sandbox, and at Stripe with a test key: invoices are then marked as a test."""
    if firm.payment_provider == "sandbox":
        return True
    return firm.payment_provider == "stripe" and not settings().stripe_api_key.startswith(LIVE_KEYS)
