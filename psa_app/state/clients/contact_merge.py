"""Any two contacts of a client made one: the other is chosen here, `ContactTwins` puts them side by side."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor, fetch
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.models import Contact
from psa_app.queries.clients.one import contacts_of
from psa_app.rules import fields
from psa_app.state.base import allow, field_errors, form_values, read
from psa_app.state.clients.client_twins import ContactTwins


class ContactMerge(rx.State):
    """Asks with whom a contact is to be one."""

    is_open: bool = False
    name: str = ""
    others: list[Option] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    _contact: int = 0

    @rx.event
    @allow("accounts.merge")
    async def ask(self, contact_id: int) -> None:
        """Opens the question, with the client's other contacts to choose from."""
        name, others = await read(lambda session, who: _others(session, who, contact_id))
        self._contact, self.name, self.others = contact_id, name, others
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow("accounts.merge")
    async def choose(self, data: dict[str, Any]) -> None:
        """Puts the two side by side; nothing is merged yet."""
        try:
            other = fields.whole(form_values(data, ("other",))["other"], "other")
            await (await self.get_state(ContactTwins))._compare(self._contact, other)
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.is_open = False

    @rx.event
    @allow("accounts.merge")
    def close(self) -> None:
        """Closes the question."""
        self.is_open = False


def _others(session: Session, who: Actor, contact_id: int) -> tuple[str, list[Option]]:
    contact = fetch(session, who, Contact, contact_id)
    others = [one for one in contacts_of(session, who, contact.account_id) if one.id != contact_id]
    return contact.name, [Option(str(one.id), one.name, one.title or one.email) for one in others]
