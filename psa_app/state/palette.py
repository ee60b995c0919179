"""What the palette finds on the server while someone types."""

import reflex as rx

from psa_app.display.frame import Hit
from psa_app.queries.search import search
from psa_app.state.base import actor, allow, read, signed_in
from psa_app.state.lowcode.tables import table_hits

GROUPS = {
    "clients": "Clients",
    "projects": "Projects",
    "scopes": "Scopes of work",
    "invoices": "Invoices",
    "people": "People",
    "contacts": "Contacts",
}
ICONS = {**{key: key for key in GROUPS}, "scopes": "file", "contacts": "user"}


class PaletteState(rx.State):
    """The hits for the text in `answered`."""

    results: list[Hit] = []
    answered: str = ""

    @rx.event
    @allow("search.use")
    async def search(self, text: str) -> None:
        """Looks for records by name or number."""
        found = await read(lambda session, actor: search(session, actor, text))
        self.results = [
            Hit(f"{one.kind}-{one.id}", one.name, one.beside, GROUPS[one.kind], ICONS[one.kind], one.href)
            for one in found
        ]
        self.results += table_hits(actor(), text)
        self.answered = text

    @rx.event
    @signed_in
    def pick(self, hit_id: str) -> None:
        """Every hit has an address that the browser opens by itself; nothing else is picked."""
