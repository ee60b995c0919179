"""“Save as template”: one small dialog for a scope, a project or a client's checklist."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.rules.templates.bodies import KINDS
from psa_app.services.templates.make import make_template_from
from psa_app.state.base import allow, field_errors, form_values, write

OF_A_SCOPE = ("sow", "billing")


class SaveTemplate(rx.State):
    """The dialog; `kinds` has two entries for a scope, which can be saved whole or as its billing rules."""

    is_open: bool = False
    form_key: int = 0
    kind: str = ""
    kinds: list[Option] = []
    name: str = ""
    errors: dict[str, str] = {}
    _record: int = 0

    @rx.event
    @allow("templates.change")
    def ask(self, kind: str, record_id: int, name: str) -> None:
        """Opens the dialog for a finished thing."""
        wanted = OF_A_SCOPE if kind == "sow" else (kind,)
        self.kinds = [Option(key, label) for key, label in KINDS if key in wanted]
        self.kind, self._record, self.name = kind, record_id, name[:80]
        self.errors, self.is_open = {}, True
        self.form_key += 1

    @rx.event
    @allow("templates.change")
    def close(self) -> None:
        """Closes the dialog."""
        self.is_open = False

    @rx.event
    @allow("templates.change")
    async def save(self, data: dict[str, Any]) -> Any:
        """Makes the template and opens it."""
        values: dict[str, Any] = form_values(data, ("name", "description"))
        kind: Any = form_values(data, ("kind",))["kind"] or self.kind
        record_id = self._record
        try:
            made = await write(
                lambda s, who: make_template_from(s, who, kind=kind, record_id=record_id, **values)
            )
        except PsaError as error:
            told = field_errors(error)
            shown = {"kind", "name", "description"}
            self.errors = {at if at in shown else "form": sentence for at, sentence in told.items()}
            return None
        self.is_open = False
        return rx.redirect(routes.template(int(made.id or 0)))
