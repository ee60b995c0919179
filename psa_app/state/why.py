"""Why an hour has the price it has: one dialog wherever an entry is shown, and a page for all else."""

import reflex as rx

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.rates import Rung
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.rates import Explanation
from psa_app.queries.why import KEYS, Why, why
from psa_app.rules import fields
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.rates import WORDS
from psa_app.state.base import allow, read
from psa_app.state.rate_words import rungs


class WhyState(rx.State):
    """The derivation of one rate."""

    open: bool = False
    title: str = ""
    verdict: str = ""
    wrong: str = ""
    facts: list[Fact] = []
    rungs: list[Rung] = []
    href: str = ""  # the page with the same answer

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
        self.open, self.wrong, self.title = False, "", ""
        try:
            found = {name: fields.optional_whole(str(query.get(name, "")), name) for name in KEYS}
            keys = {name: value for name, value in found.items() if value}
            day = fields.optional_date(str(query.get("day", "")), "day")
            self._show(await read(lambda session, actor: why(session, actor, keys, day)))
        except PsaError as error:
            self.wrong, self.verdict, self.facts, self.rungs = error.sentence, "", [], []

    def _show(self, told: Why) -> None:
        self.title = _title(told)
        self.verdict = _of_entry(told.entry) if told.entry else _of_work(told)
        self.facts = [Fact(label, value or "–") for label, value in told.about]
        self.facts.append(Fact("Day", words.day(told.day)))
        if told.entry:
            self.facts.append(Fact("Time", h_mm_seconds(told.entry.seconds)))
        self.rungs = rungs(told.steps, told.currency)
        modifier = told.entry.modifier if told.entry else ""
        if modifier and told.steps:
            amount = words.money(told.amount, told.currency) if told.amount is not None else "–"
            counts = told.entry is not None and told.entry.has_modifier
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


def _of_work(told: Why) -> str:
    if told.amount is None:
        found = "No rate fits: such time would be unpriced."
    else:
        found = (
            f"{words.money(told.amount, told.currency)} an hour, by the {WORDS.get(told.level, told.level)}."
        )
    if told.asked is None:
        return found
    asked = f"The line asks {words.money(told.asked, told.currency)} an hour"
    if told.amount is None or told.asked == told.amount:
        return f"{asked}. {found}"
    more = "more" if told.asked > told.amount else "less"
    gap = words.money(abs(told.asked - told.amount), told.currency)
    return f"{asked}, {gap} {more} than the rate card: {found}"


def _of_entry(told: Explanation) -> str:
    if not told.is_billable:
        return (
            f"Not billable: {told.no_charge_reason}." if told.no_charge_reason else "This task is not billed."
        )
    if told.amount is None:
        return "No rate fits: this time is unpriced and stops the invoice draft until there is one."
    price = f"{words.money(told.amount, told.currency)} an hour"
    level = WORDS.get(told.level, told.level)
    if told.override_reason:
        level = f"{level}: {told.override_reason}"
    if told.has_modifier:
        level += " and a modifier"
    if told.is_frozen:
        return f"{price}, fixed at approval by the {level}. Below: what the rates say today."
    return f"{price}, by the {level}. It follows the rates until the time is approved."
