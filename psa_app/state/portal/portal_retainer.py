"""A retainer in the portal: what each period had, what was used by which work, what is left."""

import reflex as rx

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.tables import Row
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.queries.retainers.statement import retainer_statement
from psa_app.state.base import allow, read
from psa_app.state.contracts.retainer_words import draw_rows, period_rows, statement_facts, statement_files
from psa_app.state.contracts.sow import id_in


class PortalRetainerState(rx.State):
    """The retainer that the address names; `?period=3` shows the work of that period."""

    line_title: str = ""
    subtitle: str = ""
    periods: list[Row] = []
    work: list[Row] = []
    work_of: str = ""
    pdf: str = ""
    files: list[str] = []
    work_files: list[str] = []
    facts: list[Fact] = []
    is_ready: bool = False
    is_missing: bool = False

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the statement."""
        wanted = str(self.router.url.query_parameters.get("period", ""))
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 7 else None
        try:
            line = id_in(str(self.router.url.path))
            found = await read(lambda session, who: retainer_statement(session, who, line, number))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.line_title = True, "Retainer"
            return
        of, locale = found.of, found.account.locale
        self.line_title, self.subtitle = of.line.title, f"{of.sow.number} {of.sow.title}"
        self.periods = period_rows(found, routes.portal_retainer(of.id), locale)
        self.work, chosen = draw_rows(found, locale), found.chosen
        self.pdf, self.files, self.work_files = statement_files(found)
        self.work_of = words.day_range(chosen.starts_on, chosen.ends_on, locale) if chosen else ""
        agreed_in = Fact("Agreed in", self.subtitle, routes.portal_sow(int(of.sow.id or 0)))
        self.facts = [agreed_in, *statement_facts(found, locale)]
        self.is_ready, self.is_missing = True, False
