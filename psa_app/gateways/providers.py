"""Which provider a firm's choice leads to."""

from psa_app.errors import Invalid
from psa_app.gateways.payments import (
    ManualProvider,
    PaymentProvider,
    ProviderSettings,
    sandbox_key,
    sandbox_webhook_secret,
)
from psa_app.gateways.stripe import StripeGateway, StripeProvider


def provider_for(firm_provider: str, settings: ProviderSettings, instance: str = "") -> PaymentProvider:
    """The provider that a firm has chosen.

    `instance` marks this installation's payments where several share one Stripe account; it defaults to
    the base address. Raises `Invalid` (field "provider") when the choice cannot work here.
    """
    instance = instance or settings.base_url
    if firm_provider == "manual":
        return ManualProvider()
    if firm_provider == "sandbox":
        if settings.production:
            raise Invalid("The sandbox takes no real money and is off in production.", "provider")
        base = f"http://127.0.0.1:{settings.port}/_sandbox"
        return StripeProvider(StripeGateway(sandbox_key(settings), base, instance))
    if firm_provider == "stripe":
        if not settings.stripe_api_key:
            raise Invalid("Put your Stripe key into STRIPE_API_KEY, then start again.", "provider")
        return StripeProvider(StripeGateway(settings.stripe_api_key, settings.stripe_api_base, instance))
    raise Invalid("Choose manual, sandbox or stripe.", "provider")


def webhook_secrets_for(firm_provider: str, settings: ProviderSettings) -> tuple[str, ...]:
    """The secrets that may sign the provider's messages; empty means that none is accepted."""
    if firm_provider == "sandbox" and not settings.production:
        return (sandbox_webhook_secret(settings),)
    return settings.stripe_webhook_secrets if firm_provider == "stripe" else ()
