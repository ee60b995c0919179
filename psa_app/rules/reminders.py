"""When an open invoice is reminded of, why not, and what a reminder may name."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from psa_app.errors import Invalid

EARLIEST, LATEST = -60, 365  # days around the day that an invoice is due
NAMES = ("reader", "firm", "client", "number", "open", "due", "days", "fee")
AGES = ("Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")

_PLACE = re.compile(r"\{([^{}]*)\}")


class Step(NamedTuple):
    """A reminder `days` after the day that an invoice is due; below zero before it."""

    id: int
    days: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether an invoice is reminded of; `rest` is what it still owes."""

    rest: int
    promised_on: date | None = None
    is_disputed: bool = False
    is_paused: bool = False
    client_paused: bool = False
    is_on_its_way: bool = False
    has_reader: bool = True


def due_step(
    steps: Iterable[Step], issued_on: date, due_on: date, today: date, sent: Collection[int]
) -> Step | None:
    """The reminder that is due today, None if there is none; `sent` are the days of those that went out.

    Of several that were missed only the last goes out; none follows a later one, none goes out on the day
    of issue, and one from before the due day not after it.
    """
    reached = [
        one
        for one in steps
        if due_on + timedelta(one.days) <= today
        and (one.days >= 0 or due_on + timedelta(one.days) > issued_on)
    ]
    if not reached:
        return None
    last = max(reached, key=lambda one: one.days)
    if any(days >= last.days for days in sent) or (last.days < 0 and today > due_on):
        return None
    return last


def next_step(steps: Iterable[Step], sent: Collection[int], over: int) -> Step | None:
    """The first reminder after the last that went out and, of an invoice `over` days over due, the last that
    is reached already.
    """
    latest = max(sent, default=EARLIEST - 1)
    first = 0 if over > 0 else EARLIEST
    left = sorted((one for one in steps if one.days > latest and one.days >= first), key=lambda one: one.days)
    reached = [one for one in left if over > 0 and one.days <= over]
    return reached[-1] if reached else next(iter(left), None)


def held_back(found: Standing, today: date) -> str:
    """Why an invoice is not reminded of, as a sentence; "" when nothing speaks against it."""
    if found.rest <= 0:
        return "It is paid."
    if found.is_disputed:
        return "The client disputes it."
    if found.is_on_its_way:
        return "A payment is on its way."
    if found.promised_on is not None and found.promised_on >= today:
        return f"Promised for {found.promised_on.isoformat()}."
    if found.is_paused:
        return "Reminders of this invoice rest."
    if found.client_paused:
        return "Reminders of this client rest."
    return "" if found.has_reader else "Nobody gets this client’s invoices by mail."


def age(due_on: date, today: date) -> int:
    """The place in `AGES` of an invoice by the days that it is over due: 30 is 1, 31 is 2."""
    over = (today - due_on).days
    if over <= 0:
        return 0
    return min(-(-over // 30), 4) if over <= 90 else 4


def check_text(text: str, field: str) -> str:
    """The text if it names only what a reminder knows, such as {number}; raises `Invalid` otherwise."""
    for name in _PLACE.findall(text):
        if name not in NAMES:
            known = ", ".join(f"{{{one}}}" for one in NAMES)
            raise Invalid(f"A reminder knows no {{{name}}}. It knows {known}.", field)
    if "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        raise Invalid("A brace is not closed. Write names as {number}.", field)
    return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its names replaced; a value is never read for names again."""
    return _PLACE.sub(lambda place: values.get(place[1], ""), text)
