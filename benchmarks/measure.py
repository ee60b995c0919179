"""Timing, medians, and the table that `make bench` prints."""

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")
HEADER = (
    "| work | figure | floor | figure ÷ floor | PEERS' best | to reach | goal ÷ its floor | reached |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `reached` is None where nothing was promised, or nothing measured.

    `apart` is how many times its floor the figure is. A goal was set on one machine, `allowed` times
    the floor there: on a slower machine, or a busy one, it is reached in ratio. `but` are words for
    another reason why a goal is missed that does not lie in the program.
    """

    work: str
    figure: str
    floor: str = "–"
    peers: str = "–"
    goal: str = "–"
    reached: bool | None = None
    apart: float | None = None
    allowed: float | None = None
    but: str = ""

    @property
    def missed(self) -> bool:
        """Whether something promised was reached neither as such nor in ratio."""
        return self.reached is False and not self._otherwise()

    def _otherwise(self) -> str:
        in_ratio = self.apart is not None and self.allowed is not None and self.apart <= self.allowed
        return "in ratio" if in_ratio else self.but

    def __str__(self) -> str:
        told = "–" if self.reached is None else "yes" if self.reached else self._otherwise() or "**no**"
        ratios = (_times(self.apart), _times(self.allowed))
        cells = (self.work, self.figure, self.floor, ratios[0], self.peers, self.goal, ratios[1], told)
        return f"| {' | '.join(cells)} |"


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    """How long something takes, and what it gives; garbage of what went before is not counted."""
    gc.collect()
    start = perf_counter()
    given = work()
    return perf_counter() - start, given


def middle(runs: Iterable[float]) -> float:
    """The median."""
    return float(median(runs))


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of all values (0 to 1) do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def rate(number: float) -> str:
    """A rate a second, such as 20,400/s."""
    digits = 0 if number >= 10_000 else 1 if number < 100 else 0
    rounded = round(number, -2) if number >= 10_000 else number
    return f"{rounded:,.{digits}f}/s"


def span(number: float) -> str:
    """Seconds as they are read: 0.041 s, 1.2 s."""
    return f"{number:.3f} s" if number < 0.1 else f"{number:.2f} s" if number < 10 else f"{number:.1f} s"


def milliseconds(number: float) -> str:
    """Seconds as milliseconds: 7.3 ms."""
    return f"{number * 1000:.1f} ms"


def _times(number: float | None) -> str:
    """How many times the floor: ×3.1."""
    return "–" if number is None else f"×{number:.1f}" if number >= 1 else f"×{number:.2f}"
