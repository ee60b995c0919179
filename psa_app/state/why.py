"""Why an hour has the price it has: one dialog, wherever an entry is shown."""

import reflex as rx

from psa_app.display.figures import Fact
from psa_app.formats import words
from psa_app.queries.rates import Explanation, explain_entry
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.rates import WORDS, Step
from psa_app.state.base import allow, read


class WhyState(rx.State):
    """The derivation of one entry's rate."""

    open: bool = False
    title: str = ""
    verdict: str = ""
    facts: list[Fact] = []
    steps: list[Fact] = []

    @rx.event
    @allow("rates.read")
    async def show(self, entry_id: int) -> None:
        """Opens the derivation of an entry's rate."""
        told = await read(lambda session, actor: explain_entry(session, actor, entry_id))
        self.title = f"{told.project}: {told.task}"
        self.verdict = _verdict(told)
        self.facts = [
            Fact("Person", told.person),
            Fact("Role here", told.role or "–"),
            Fact("Day", words.day(told.day)),
            Fact("Time", h_mm_seconds(told.seconds)),
        ]
        self.steps = [_step(step, told.currency) for step in told.steps] if told.is_billable else []
        self.open = True

    @rx.event
    @allow("rates.read")
    def close(self) -> None:
        """Closes the dialog."""
        self.open = False


def _verdict(told: Explanation) -> str:
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
    if told.is_frozen:
        return f"{price}, fixed at approval by the {level}. Below: what the rates say today."
    return f"{price}, by the {level}. It follows the rates until the time is approved."


def _step(step: Step, currency: str) -> Fact:
    amount = words.money(step.amount, currency) if step.amount is not None else "–"
    tone = "strong" if step.won else "muted" if step.amount is None else ""
    return Fact(step.sentence, amount, tone=tone)
