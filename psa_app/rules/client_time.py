"""When a client's silence approves time, and what a request has come to."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def last_day(accepted_at: datetime | None, silence_days: int, zone: str) -> date | None:
    """The last day on which the client can still answer; None where silence never approves.

    It is counted in the firm's zone from the day on which the mail server took the mail: accepted on
    1 December at 23:30 in Vienna, with five days, it is 6 December.
    """
    if accepted_at is None or silence_days <= 0:
        return None
    return accepted_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=silence_days)


def silence_approves(accepted_at: datetime | None, silence_days: int, now: datetime, zone: str) -> bool:
    """Whether the client has let the last day pass."""
    last = last_day(accepted_at, silence_days, zone)
    return last is not None and now.astimezone(ZoneInfo(zone)).date() > last


def outcome(lines: Iterable[str]) -> str:
    """What a request has come to by the states of its lines.

    Open while one is open; else refused when one was, approved when a person approved one, silent when
    only silence did, and withdrawn when none is left.
    """
    found = set(lines)
    for state in ("open", "refused", "approved", "silent"):
        if state in found:
            return state
    return "withdrawn"
