"""Taking an address or a number of a client back."""

from sqlmodel import Session

from psa_app.access import Actor, act, fetch
from psa_app.models import AccountTaxNumber, Address
from psa_app.services import history


@act("addresses", "delete", right="accounts.change")
def delete_address(session: Session, actor: Actor, address_id: int) -> None:
    """Removes an address; papers that were issued with it keep it."""
    address = fetch(session, actor, Address, address_id, lock=True)
    history.note(session, actor, "address", address_id, "deleted", history.values_of(address), {})
    session.delete(address)


@act("account_numbers", "delete", right="accounts.change")
def delete_number(session: Session, actor: Actor, number_id: int) -> None:
    """Removes a tax or register number."""
    number = fetch(session, actor, AccountTaxNumber, number_id, lock=True)
    history.note(session, actor, "account_tax_number", number_id, "deleted", history.values_of(number), {})
    session.delete(number)
