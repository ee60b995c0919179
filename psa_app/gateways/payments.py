"""How an invoice can be paid: by bank transfer, in the built-in sandbox, or through Stripe.

Amounts are ISO minor units beside an ISO currency code, instants are aware. Nothing here books money:
`fetch()` says what the provider knows, and the caller compares it with its own rows.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from psa_app.errors import Conflict, Invalid, PsaError
from psa_app.rules import money

FirmProvider = Literal["manual", "sandbox", "stripe"]
Status = Literal["open", "action", "processing", "succeeded", "failed", "canceled"]
FactKind = Literal["charge", "refund", "refund_failed", "dispute", "dispute_won"]


@dataclass
class ProviderError(PsaError):
    """The provider did not do what was asked. `code` is the provider's own word, or ""."""

    code: str = ""


@dataclass
class Unknown(ProviderError):
    """Nobody knows whether it was done: ask again with the same key, never conclude that it failed."""

    sentence: str = "The payment service did not answer. Nothing is lost; this is tried again by itself."


@dataclass
class Declined(ProviderError):
    """The payer's bank said no; `code` is its reason, such as "insufficient_funds".

    `intent_id` is the attempt at the provider, "" when it told none.
    """

    sentence: str = "The payment was declined."
    intent_id: str = ""


@dataclass
class Refused(ProviderError):
    """The provider will never accept this request: a setting is wrong, or the program is."""

    sentence: str = "The payment service refused the request."


@dataclass
class WebhookRejected(ProviderError):
    """A message that is not from the provider, or not from now. Answer it with 400."""

    sentence: str = "This message is not signed by the payment service."


@dataclass(frozen=True)
class BankAccount:
    """Where a transfer goes: an IBAN, or a national account number."""

    payee: str
    iban: str = ""
    bic: str = ""
    account: str = ""
    bank: str = ""


@dataclass(frozen=True)
class PaymentOrder:
    """One attempt to collect the amount due of one invoice. `idempotency_key` is random and stored."""

    payment_id: str
    amount: int
    currency: str
    invoice_number: str
    description: str
    customer_email: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    firm_name: str = ""
    bank: BankAccount | None = None


@dataclass(frozen=True)
class PaymentRef:
    """What the app has stored about an attempt; either id is "" until the provider named it."""

    payment_id: str
    session_id: str = ""
    intent_id: str = ""


@dataclass(frozen=True)
class RefundOrder:
    """Give back `amount` of a payment. `idempotency_key` is random and stored."""

    refund_id: str
    intent_id: str
    amount: int
    currency: str
    idempotency_key: str


@dataclass(frozen=True)
class RefundResult:
    """The provider's refund: status is "pending", "requires_action", "succeeded", "failed" or "canceled"."""

    id: str
    status: str


@dataclass(frozen=True)
class Instructions:
    """How to pay by transfer. `epc` is the text of the EPC QR code, or "" when none can be drawn."""

    account: BankAccount
    reference: str
    amount: int
    currency: str
    epc: str


@dataclass(frozen=True)
class StartResult:
    """What the payer does next: follow `url`, or read `instructions`."""

    kind: Literal["url", "instructions"]
    url: str = ""
    session_id: str = ""
    instructions: Instructions | None = None


@dataclass(frozen=True)
class Fact:
    """Money that moved, seen from the firm: charges and returns are positive, the rest negative.

    (kind, ref) never repeats; `ref` is the provider's id of the charge, refund or dispute.
    """

    kind: FactKind
    ref: str
    amount: int
    at: datetime


@dataclass(frozen=True)
class ChargeOrder:
    """Collect from a saved method without the payer. `idempotency_key` is random and stored."""

    payment_id: str
    amount: int
    currency: str
    invoice_number: str
    customer_ref: str
    method_ref: str
    idempotency_key: str


@dataclass(frozen=True)
class SetupOrder:
    """Open a page on which a way to pay is saved; `customer_ref` is "" for a client who has none yet."""

    method_id: str
    customer_ref: str
    customer_email: str
    currency: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    firm_name: str = ""


@dataclass(frozen=True)
class SeenMethod:
    """A way to pay as the provider knows it: `kind` is card, sepa_debit, us_bank_account or newer.

    `customer_ref` is "" once it was taken away; month and year are 0 for what does not expire.
    """

    ref: str
    customer_ref: str
    kind: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    livemode: bool


@dataclass(frozen=True)
class SetupState:
    """What became of a page on which a way to pay is saved."""

    status: Literal["open", "complete", "expired"]
    method: SeenMethod | None = None
    mandate: str = ""


@dataclass(frozen=True)
class SeenRefund:
    """A refund as the provider knows it; `mark` is our own id of it, "" when it was not started here."""

    ref: str
    mark: str
    amount: int
    status: str
    failure: str
    at: datetime


@dataclass(frozen=True)
class SeenDispute:
    """A dispute as the provider knows it. `status` may be a word that is newer than this program."""

    ref: str
    status: str
    reason: str
    amount: int
    at: datetime
    answer_by: datetime | None = None


@dataclass(frozen=True)
class ProviderState:
    """What the provider knows of one payment now; the only source of facts."""

    status: Status
    amount: int
    currency: str
    livemode: bool
    metadata: Mapping[str, str] = field(default_factory=dict)
    intent_id: str = ""
    charge_id: str = ""
    facts: tuple[Fact, ...] = ()
    failure_code: str = ""
    refunds: tuple[SeenRefund, ...] = ()
    disputes: tuple[SeenDispute, ...] = ()


class PaymentProvider(Protocol):
    """One way to collect. Every method may raise `Unknown`, `Declined` or `Refused`."""

    def start(self, order: PaymentOrder, /) -> StartResult:
        """Opens a way to pay; the same `idempotency_key` gives the same answer for 24 hours."""

    def fetch(self, ref: PaymentRef, /) -> ProviderState:
        """The present state of an attempt, read anew."""

    def expire(self, ref: PaymentRef, /) -> None:
        """Closes an open attempt so that it can no longer be paid."""

    def refund(self, order: RefundOrder, /) -> RefundResult:
        """Gives money back."""

    def capabilities(self) -> frozenset[str]:
        """What the provider can do, of: checkout, refund, webhooks, transfer."""


class ProviderSettings(Protocol):
    """The settings that choose and reach a provider."""

    @property
    def production(self) -> bool:
        """True where real people pay."""

    @property
    def port(self) -> int:
        """Where this program listens on the loopback."""

    @property
    def base_url(self) -> str:
        """The installation's own address."""

    @property
    def secret_key(self) -> str:
        """The installation's secret, from which the sandbox's own keys are made."""

    @property
    def stripe_api_key(self) -> str:
        """Stripe's secret or restricted key, or ""."""

    @property
    def stripe_api_base(self) -> str:
        """Stripe's address."""

    @property
    def stripe_webhook_secrets(self) -> tuple[str, ...]:
        """One secret, or two during a rotation."""


class ManualProvider:
    """Bank transfer, cheque or cash: the app says where to pay, and a person records what came."""

    def start(self, order: PaymentOrder) -> StartResult:
        """Payee, account and reference. Raises `Invalid` when the firm has named no bank account."""
        if order.bank is None or not (order.bank.iban or order.bank.account):
            raise Invalid("Add a bank account in Settings, so that clients know where to pay.", "bank")
        instructions = Instructions(
            account=order.bank,
            reference=order.invoice_number,
            amount=order.amount,
            currency=order.currency,
            epc=epc_text(order.bank, order.amount, order.currency, order.invoice_number),
        )
        return StartResult("instructions", instructions=instructions)

    def fetch(self, _ref: PaymentRef) -> ProviderState:
        """Raises `Conflict`: a bank transfer is recorded by a person."""
        raise Conflict("A bank transfer is recorded by hand; there is nothing to ask.")

    def expire(self, _ref: PaymentRef) -> None:
        """Instructions cannot be called back; nothing is open."""

    def refund(self, _order: RefundOrder) -> RefundResult:
        """Raises `Conflict`: the money goes back from the bank."""
        raise Conflict("Send the money back from your bank, then record it here.")

    def capabilities(self) -> frozenset[str]:
        """Transfers only."""
        return frozenset({"transfer"})


def epc_text(bank: BankAccount, amount: int, currency: str, reference: str) -> str:
    """The text of a SEPA transfer's QR code, or "" when it is not a transfer in euro to an IBAN.

    Source: European Payments Council, EPC069-12, version 002.
    """
    if currency != "EUR" or not bank.iban or not 1 <= amount <= 99_999_999_999:
        return ""
    lines = ["BCD", "002", "1", "SCT", bank.bic.replace(" ", ""), bank.payee[:70], bank.iban.replace(" ", "")]
    lines += ["EUR" + money.plain(amount, "EUR"), "", "", reference[:140]]
    return "\n".join(lines)


def sandbox_key(settings: ProviderSettings) -> str:
    """The key that this installation uses towards its own sandbox."""
    return "sk_test_sandbox_" + _derived(settings, "sandbox key")


def sandbox_webhook_secret(settings: ProviderSettings) -> str:
    """The secret with which the sandbox signs its messages to this installation."""
    return "whsec_" + _derived(settings, "sandbox webhook")


def _derived(settings: ProviderSettings, purpose: str) -> str:
    return hmac.new(settings.secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()[:40]
