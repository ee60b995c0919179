"""Why an hour has the price it has: one dialog wherever an entry is shown, and a page for all else."""

import reflex as rx

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.rates import Rung
from psa_app.display.tables import Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.why import KEYS, Why, why
from psa_app.queries.why_choices import why_choices
from psa_app.rules import fields
from psa_app.rules.hours import h_mm_seconds
from psa_app.state.base import allow, read
from psa_app.state.rates import why_words
from psa_app.state.rates.rate_words import rungs


class WhyState(rx.State):
    """The derivation of one rate."""

    open: bool = False
    title: str = ""
    verdict: str = ""
    wrong: str = ""
    facts: list[Fact] = []
    rungs: list[Rung] = []
    href: str = ""  # the page with the same answer
    people: list[Fact] = []  # whom one may ask it for
    asking: bool = False  # nothing is named yet: choose
    entries: list[Row] = []
    quote_lines: list[Row] = []
    tasks: list[Row] = []
    text: str = ""
    is_ready: bool = False

    @rx.event
    @allow("rates.read")
    async def show(self, entry_id: int) -> None:
        """Opens the derivation of an entry's rate."""
        self._show(await read(lambda session, actor: why(session, actor, {"entry": entry_id})))
        self.href = routes.why(entry=entry_id)
        self.open = True

    @rx.event
    @allow("rates.read")
    async def load(self) -> None:
        """Loads the derivation that the address asks for."""
        query = self.router.url.query_parameters
        self.open, self.wrong, self.title, self.people = False, "", "", []
        self.asking = not any(query.get(name) for name in KEYS)
        if self.asking:
            await self._offer("")
            return
        try:
            found = {name: fields.optional_whole(str(query.get(name, "")), name) for name in KEYS}
            keys = {name: value for name, value in found.items() if value}
            day = fields.optional_date(str(query.get("day", "")), "day")
            told = await read(lambda session, actor: why(session, actor, keys, day))
            self._show(told)
            self.people = [
                Fact(name, href=routes.why(**keys, person=one, day=told.day), link="Look")
                for one, name in told.people
            ]
        except PsaError as error:
            self.wrong, self.verdict, self.facts, self.rungs = error.sentence, "", [], []
        self.is_ready = True

    @rx.event
    @allow("rates.read")
    async def find(self, text: str) -> None:
        """Narrows what one may ask for by words."""
        await self._offer(text[:100])

    async def _offer(self, text: str) -> None:
        found = await read(lambda session, actor: why_choices(session, actor, text))
        self.text, self.is_ready = text, True
        self.entries = [why_words.entry_row(one) for one in found.entries]
        self.quote_lines = [why_words.quote_row(one) for one in found.quote_lines]
        self.tasks = [why_words.task_row(one) for one in found.tasks]

    def _show(self, told: Why) -> None:
        self.title = _title(told)
        self.verdict = why_words.verdict(told)
        self.facts = [Fact(label, value or "–") for label, value in told.about]
        self.facts.append(Fact("Day", words.day(told.day)))
        if told.entry:
            self.facts.append(Fact("Time", h_mm_seconds(told.entry.seconds)))
        self.rungs = rungs(told.steps, told.currency)
        modifier = told.entry.modifier if told.entry else ""
        if told.entry and modifier and told.steps:
            amount = words.money(told.amount, told.currency) if told.amount is not None else "–"
            counts = told.entry.has_modifier
            modifier = why_words.modifier(told.entry)
            self.rungs.append(
                Rung(
                    "Modifier, once after the rate",
                    modifier,
                    amount if counts else "–",
                    "won" if counts else "none",
                )
            )

    @rx.event
    @allow("rates.read")
    def close(self) -> None:
        """Closes the dialog."""
        self.open = False


def _title(told: Why) -> str:
    if told.entry:
        return f"{told.entry.project}: {told.entry.task}"
    return ", ".join(value for _, value in told.about)
