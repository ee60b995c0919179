"""The change orders of a scope, as its page shows them, and what the contract is worth with them."""

import reflex as rx

from psa_app import routes
from psa_app.display.change import OrderLine
from psa_app.display.figures import Fact
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.queries.contracts.orders import Changes, changes_of
from psa_app.state.base import allow, read
from psa_app.state.contracts.change_order_words import order_line
from psa_app.state.contracts.sow import id_in


class SowChangesState(rx.State):
    """The card on the scope's page."""

    rows: list[OrderLine] = []
    worth: list[Fact] = []
    new: str = ""

    @rx.event
    @allow("accounts.read")
    async def load(self) -> None:
        """Loads the change orders of the scope that the address names."""
        try:
            sow_id = id_in(str(self.router.url.path))
            found = await read(lambda session, who: changes_of(session, who, sow_id))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            return
        self.rows = [order_line(one, found.currency) for one in found.rows]
        self.worth = _worth(found)
        self.new = routes.new_change_order(sow_id) if found.may_draft else ""


def _worth(found: Changes) -> list[Fact]:
    """The value as signed, and what it is made of once a change order is signed."""
    value = words.money(found.value, found.currency)
    signed = [one for one in found.rows if one.status == "signed"]
    if not signed:
        return [Fact("Scope as signed", _open(value, found), tone="strong")]
    orders = "1 signed change order" if len(signed) == 1 else f"{len(signed)} signed change orders"
    by = found.value - found.signed
    change = f"{'+' if by >= 0 else words.MINUS}{words.money(abs(by), found.currency)}"
    return [
        Fact("Scope as signed", words.money(found.signed, found.currency)),
        Fact(orders[:1].upper() + orders[1:], change),
        Fact("Contract value", _open(value, found), tone="strong"),
    ]


def _open(value: str, found: Changes) -> str:
    """The value, and that there is more where time has no cap or a month no end."""
    if found.has_end:
        return value
    return f"{value}, open-ended" if found.value else "Open-ended"
