"""The only place that asks what time it is, so that a test can move it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def _real() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _real


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _source().astimezone(UTC)


def today(zone: str) -> date:
    """The present working day in an IANA time zone such as "Europe/Vienna"."""
    return now().astimezone(ZoneInfo(zone)).date()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Moves the clock (tests and the demo firm's history); `None` sets it right again."""
    global _source
    _source = source or _real
