"""Entries of the payment service's balance: each sums to zero, a failed payout takes its entry back."""

from datetime import date

import pytest

from psa_app.rules.provider_ledger import arrived, charged, elsewhere, exchanged, paid_out

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("entry", "posted"),
    [
        (charged(DAY, 241, 241, "EUR", "", "1"), {"charges": 241, "provider": -241}),
        (charged(DAY, -241, -241, "EUR", "", "1"), {"charges": -241, "provider": 241}),
        (exchanged(DAY, -300, "EUR", "", "1"), {"provider": -300, "fx": 300}),
        (elsewhere(DAY, 900, 900, "EUR", "1", "Topup"), {"provider": 900, "suspense": -900}),
        (paid_out(DAY, 100, 100, 100, "EUR", "EUR", "po"), {"transit": 100, "provider": -100}),
        (paid_out(DAY, -100, -100, -100, "EUR", "EUR", "po"), {"transit": -100, "provider": 100}),
        (paid_out(DAY, 100, 92, 95, "USD", "EUR", "po"), {"transit": 92, "provider": -95, "fx": 3}),
        (arrived(DAY, 100, 93, 92, "USD", "EUR", "po"), {"bank": 93, "transit": -92, "fx": -1}),
    ],
)
def test_an_entry_moves_these_accounts_and_sums_to_zero(entry, posted):
    assert {part.account: part.amount for part in entry.postings} == posted
    assert entry.balance == 0
