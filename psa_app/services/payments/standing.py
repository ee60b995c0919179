"""How the firm's account at the payment service stands: asked there, at the press of a page."""

from dataclasses import dataclass

from sqlmodel import select

from psa_app.access import Actor, require
from psa_app.config import settings
from psa_app.db import reading
from psa_app.errors import PsaError
from psa_app.gateways.providers import provider_for
from psa_app.gateways.stripe_answers import EVENTS
from psa_app.models import Firm
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.services.payments.pages import gateway_of


@dataclass(frozen=True, slots=True)
class Standing:
    """What the provider says. `trouble` is a sentence when it could not be asked, else ""."""

    provider: str
    is_test: bool
    account_id: str = ""
    account: str = ""
    charges: bool = False
    endpoint: str = ""
    endpoint_version: str = ""
    our_version: str = ""
    lacking_events: int = 0
    trouble: str = ""


def ask_standing(actor: Actor) -> Standing:
    """Asks the provider for account and endpoints; opens its own reading, with nothing locked meanwhile."""
    require(actor, "provider.read")
    with reading() as session:
        firm = session.exec(select(Firm)).one()
        is_test = takes_test_money(firm)
    if firm.payment_provider == "manual":
        return Standing("manual", is_test=False)
    try:
        gateway = gateway_of(provider_for(firm.payment_provider, settings(), firm.instance))
        account, endpoints = gateway.account(), gateway.endpoints()
    except PsaError as error:
        return Standing(firm.payment_provider, is_test, trouble=error.sentence)
    ours = settings().base_url.rstrip("/")
    at = next((one for one in endpoints if one.enabled and one.url.startswith(ours)), None)
    at = at or next((one for one in endpoints if one.enabled), None)
    heard = set(EVENTS) if at is None or "*" in at.events else set(at.events)
    return Standing(
        provider=firm.payment_provider,
        is_test=is_test,
        account_id=account.id,
        account=account.name,
        charges=account.charges_enabled,
        endpoint=at.url if at else "",
        endpoint_version=at.api_version if at else "",
        our_version=gateway.api_version(),
        lacking_events=len(set(EVENTS) - heard),
    )
