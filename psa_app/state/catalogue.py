"""The catalogue of services that quotes are made from."""

import reflex as rx

from psa_app.state.base import allow
from psa_app.state.records import RecordPanel


class CatalogueRecords(RecordPanel, rx.State):
    """The services, and the form for one."""

    @rx.event
    @allow("catalogue.read")
    async def load(self) -> None:
        """Loads all of them."""
        await self._show("service_items")
