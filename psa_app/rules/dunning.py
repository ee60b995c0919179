"""When a failed collection is tried again, and when another way to pay is asked for."""

from collections.abc import Sequence
from datetime import date, timedelta

STEPS = (3, 5, 7, 7)  # days after each failure
# No further try can help: another way to pay, or the payer's own hand, is needed.
HARD = frozenset(
    {
        "lost_card",
        "stolen_card",
        "pickup_card",
        "restricted_card",
        "expired_card",
        "invalid_account",
        "account_closed",
        "no_account",
        "debit_not_authorized",
        "bank_account_restricted",
        "payment_method_unusable",
        "mandate_invalid",
        "payment_intent_mandate_invalid",
        "revocation_of_authorization",
        "authentication_required",
    }
)
_TWICE = "do_not_honor"
REASONS = {
    "insufficient_funds": "there was not enough money on the account",
    "lost_card": "the card is blocked",
    "stolen_card": "the card is blocked",
    "expired_card": "the card has expired",
    "authentication_required": "your bank wants you to confirm it yourself",
    "debit_not_authorized": "the mandate is no longer valid",
    "account_closed": "the account is closed",
}


def next_try(failures: Sequence[tuple[date, str]]) -> date | None:
    """The day of the next try after failures (day, code), the oldest first; None when tries are over.

    Soft declines are tried again after 3, 5, 7 and 7 days; hard ones, "do not honor" twice, or a fifth
    failure end it. No failure: nothing is to be tried "again", so None.
    """
    if not failures:
        return None
    day, code = failures[-1]
    told_twice = code == _TWICE and sum(one == _TWICE for _, one in failures) > 1
    if code in HARD or told_twice or len(failures) > len(STEPS):
        return None
    return day + timedelta(days=STEPS[len(failures) - 1])


def may_try(failures: Sequence[tuple[date, str]], today: date) -> bool:
    """Whether to collect today: at once when nothing failed yet, else from the day of the next try."""
    if not failures:
        return True
    day = next_try(failures)
    return day is not None and day <= today


def reason(code: str) -> str:
    """Why a collection failed, as a part of a sentence for the payer."""
    return REASONS.get(code, "the bank declined it")
