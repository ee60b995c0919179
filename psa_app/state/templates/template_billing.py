"""Laying billing rules on the scope draft that is open."""

from typing import Any

import reflex as rx

from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.queries.templates.listing import offers
from psa_app.services.templates.use_scope import apply_billing
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.sow import SowState, id_in


class ApplyBilling(rx.State):
    """The dialog with the rules that there are."""

    is_open: bool = False
    options: list[Option] = []
    errors: dict[str, str] = {}

    @rx.event
    @allow("sows.change")
    async def ask(self) -> None:
        """Opens the dialog."""
        found = await read(lambda s, who: offers(s, who, "billing"))
        self.options = [Option(str(key), f"{name} · {holds}") for key, name, holds in found]
        nothing = (
            "" if found else "There are no billing rules yet. Save those of a signed scope as a template."
        )
        self.errors, self.is_open = {"form": nothing}, True

    @rx.event
    @allow("sows.change")
    def close(self) -> None:
        """Closes the dialog."""
        self.is_open = False

    @rx.event
    @allow("sows.change")
    async def apply(self, data: dict[str, Any]) -> None:
        """Lays the rules on the scope and shows it."""
        chosen = form_values(data, ("template",))["template"]
        if not chosen.isdecimal():
            self.errors = {"template": "Choose the rules."}
            return
        sow_id = id_in(str(self.router.url.path))
        try:
            await write(lambda s, who: apply_billing(s, who, int(chosen), sow_id=sow_id))
        except PsaError as error:
            self.errors = {"form": next(iter(field_errors(error).values()))}
            return
        self.is_open = False
        page = await self.get_state(SowState)
        await page._load("write")
        await say(self, "The scope has these billing rules now.")
