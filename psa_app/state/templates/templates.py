"""The form that begins a template by hand; their list is drawn from their declaration."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.rules.templates.bodies import KINDS
from psa_app.services.templates.change import create_template
from psa_app.state.base import actor, allow, field_errors, form_values, opened, write


class TemplatesState(rx.State):
    """The dialog for a new template."""

    may_create: bool = False
    form_open: bool = False
    form_key: int = 0
    kinds: list[Option] = [Option(key, label) for key, label in KINDS]
    kind: str = "project"
    errors: dict[str, str] = {}

    @rx.event
    @allow("templates.read")
    def load(self) -> Any:
        """Opens the form if the address asks for it (`?new=1`)."""
        self.may_create = may(actor(), "templates.change")
        if self.router.url.query_parameters.get("new") and self.may_create and not self.form_open:
            self._open()
            return opened(self)
        return None

    def _open(self) -> None:
        shown = str(self.router.url.query_parameters.get("kind", ""))
        self.kind = shown if shown in dict(KINDS) else "project"
        self.errors, self.form_open = {}, True
        self.form_key += 1

    @rx.event
    @allow("templates.change")
    def add(self) -> None:
        """Opens the form, for the kind that the list shows."""
        self._open()

    @rx.event
    @allow("templates.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False

    @rx.event
    @allow("templates.change")
    async def create(self, data: dict[str, Any]) -> Any:
        """Begins a template and opens it."""
        values: dict[str, Any] = form_values(data, ("kind", "name", "description"))
        try:
            made = await write(lambda session, who: create_template(session, who, **values))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.form_open = False
        return rx.redirect(routes.template(int(made.id or 0)))
