"""When so much work waits that it is billed before its period ends: by hours, or by value."""

from typing import NamedTuple


class Threshold(NamedTuple):
    """Billed minutes, value in minor units, or both; whichever is reached first counts."""

    minutes: int | None
    value: int | None


def threshold_of(
    own: tuple[int | None, int | None], of_client: tuple[int | None, int | None]
) -> Threshold | None:
    """The scope's own threshold, else the client's, None without; each is (minutes, value)."""
    chosen = own if own != (None, None) else of_client
    return Threshold(*chosen) if chosen != (None, None) else None


def reached(mark: Threshold, minutes: int, value: int) -> bool:
    """Whether open work has come to a threshold. Work that bills nothing never has."""
    if value <= 0:
        return False
    by_time = mark.minutes is not None and minutes >= mark.minutes
    return by_time or (mark.value is not None and value >= mark.value)
