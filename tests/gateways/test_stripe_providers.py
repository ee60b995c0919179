"""Which provider a firm's choice leads to, and what a bank transfer needs."""

from datetime import UTC, datetime
from typing import Any

import pytest

from psa_app.config import read
from psa_app.errors import Conflict, Invalid
from psa_app.gateways.payments import (
    BankAccount,
    ManualProvider,
    PaymentOrder,
    PaymentRef,
    RefundOrder,
    epc_text,
    sandbox_key,
    sandbox_webhook_secret,
)
from psa_app.gateways.providers import provider_for, webhook_secrets_for
from psa_app.gateways.stripe import StripeProvider

BANK = BankAccount("Nordlicht Studio GmbH", iban="AT61 1904 3002 3457 3201", bic="OPSKATWW")


def settings(**given: str) -> Any:
    return read({"PSA_SECRET_KEY": "s" * 40, **given})


def live(**given: str) -> Any:
    return settings(PSA_ENV="production", PSA_BASE_URL="https://psa.example", **given)


def order(bank: BankAccount | None = BANK, currency: str = "EUR") -> PaymentOrder:
    ends = datetime(2026, 11, 24, tzinfo=UTC)
    return PaymentOrder("p", 12_345, currency, "2026-0042", "", "", "", "", ends, "k", bank=bank)


def test_a_bank_transfer_says_where_how_much_and_for_what() -> None:
    shown = ManualProvider().start(order()).instructions
    assert shown is not None
    assert (shown.account, shown.reference, shown.amount) == (BANK, "2026-0042", 12_345)
    assert shown.epc == (
        "BCD\n002\n1\nSCT\nOPSKATWW\nNordlicht Studio GmbH\nAT611904300234573201\nEUR123.45\n\n\n2026-0042"
    )


def test_only_euro_to_an_iban_has_a_qr_code() -> None:
    assert epc_text(BANK, 100, "USD", "x") == ""
    assert epc_text(BankAccount("Studio", account="123"), 100, "EUR", "x") == ""


@pytest.mark.parametrize("bank", [None, BankAccount("Studio")])
def test_a_firm_without_a_bank_account_is_asked_for_one(bank: BankAccount | None) -> None:
    with pytest.raises(Invalid, match="bank account"):
        ManualProvider().start(order(bank))


def test_a_transfer_is_neither_fetched_nor_refunded_by_the_app() -> None:
    with pytest.raises(Conflict):
        ManualProvider().fetch(PaymentRef("p"))
    with pytest.raises(Conflict):
        ManualProvider().refund(RefundOrder("r", "", 1, "EUR", "k"))


def test_each_choice_has_its_provider() -> None:
    assert isinstance(provider_for("manual", settings()), ManualProvider)
    sandbox = provider_for("sandbox", settings(PORT="8123"))
    assert isinstance(sandbox, StripeProvider)
    assert sandbox.gateway.api_base == "http://127.0.0.1:8123/_sandbox"
    assert sandbox.gateway.key.startswith("sk_test_sandbox_")
    stripe = provider_for("stripe", settings(STRIPE_API_KEY="rk_live_x"))
    assert isinstance(stripe, StripeProvider)
    assert (stripe.gateway.api_base, stripe.gateway.livemode) == ("https://api.stripe.com", True)


@pytest.mark.parametrize("choice", ["sandbox", "stripe", "cash", ""])
def test_a_choice_that_cannot_work_here_is_told(choice: str) -> None:
    with pytest.raises(Invalid) as refusal:
        provider_for(choice, live())
    assert refusal.value.field == "provider"


def test_each_provider_accepts_only_its_own_secrets() -> None:
    here = settings(STRIPE_WEBHOOK_SECRETS="whsec_a,whsec_b")
    assert webhook_secrets_for("manual", here) == ()
    assert webhook_secrets_for("stripe", here) == ("whsec_a", "whsec_b")
    assert webhook_secrets_for("sandbox", here) == (sandbox_webhook_secret(here),)
    assert webhook_secrets_for("sandbox", live()) == ()


def test_the_sandboxs_keys_stay_the_same_and_differ_between_installations() -> None:
    other = settings(PSA_SECRET_KEY="t" * 40)
    assert sandbox_key(settings()) == sandbox_key(settings()) != sandbox_key(other)
    assert sandbox_webhook_secret(settings()) not in (sandbox_key(settings()), sandbox_webhook_secret(other))
