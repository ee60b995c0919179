"""For whom an advance can be asked: a client, and its signed scopes."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, require, visible
from psa_app.models import Account, Sow


@dataclass(frozen=True, slots=True)
class AdvanceScope:
    """A signed scope."""

    id: int
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class AdvanceFor:
    """A client with its currency and its signed scopes, the last first."""

    client: str
    currency: str
    scopes: tuple[AdvanceScope, ...]

    def currency_of(self, sow_id: int) -> str:
        """The scope's currency; the client's without one."""
        return next((one.currency for one in self.scopes if one.id == sow_id), self.currency)


def advance_for(session: Session, actor: Actor, account_id: int) -> AdvanceFor:
    """The client and its scopes. Raises `NotFound` outside the actor's scope."""
    require(actor, "invoices.draft")
    account = fetch(session, actor, Account, account_id)
    of_client = (visible(actor, Sow), Sow.account_id == account_id, Sow.status == "signed")
    scopes = session.exec(select(Sow).where(*of_client).order_by(col(Sow.id).desc())).all()
    named = (AdvanceScope(int(one.id or 0), f"{one.number} {one.title}", one.currency) for one in scopes)
    return AdvanceFor(account.name, account.currency, tuple(named))
