"""The dialog that narrows a list: one input for each field that can be filtered."""

from typing import Any

import reflex as rx

from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import NotFound, PsaError
from psa_app.state.base import allow, field_errors, form_values, read
from psa_app.state.lowcode import filter_words
from psa_app.state.lowcode.form import found_links
from psa_app.state.lowcode.kinds import STAFF, resource_of
from psa_app.state.lowcode.records import RecordsState


class FilterState(rx.State):
    """The form of the filters; what it says goes into the list's address."""

    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    is_open: bool = False
    form_key: int = 0
    link_asked: str = ""
    link_answered: str = ""
    links: list[Option] = []

    @rx.event
    @allow(STAFF)
    async def open_form(self) -> None:
        """Opens the dialog with the filters in force."""
        now = (await self.get_state(RecordsState))._asked
        self.specs = await read(
            lambda session, who: filter_words.specs(
                session, who, resource_of(session, who, now.kind), now.filters
            )
        )
        self.errors, self.link_asked, self.links = {}, "", []
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow(STAFF)
    async def apply(self, data: dict[str, Any]) -> Any:
        """Narrows the list; what cannot be read stands beside its field."""
        now = (await self.get_state(RecordsState))._asked
        values = form_values(data, [spec.name for spec in self.specs])
        try:
            wanted = await read(
                lambda session, who: filter_words.read_form(
                    session, who, resource_of(session, who, now.kind), values
                )
            )
        except NotFound:
            raise
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.is_open = False
        return rx.redirect(now.filtered(wanted).href, replace=True)

    @rx.event
    @allow(STAFF)
    async def find_link(self, name: str, text: str) -> None:
        """Looks for what a link field can point to."""
        kind, asked = (await self.get_state(RecordsState))._asked.kind, text[:80]
        self.links = await read(lambda session, who: found_links(session, who, kind, name, asked))
        self.link_asked, self.link_answered = name[:80], text

    @rx.event
    @allow(STAFF)
    def close(self) -> None:
        """Closes the dialog."""
        self.is_open = False
