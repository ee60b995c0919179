"""A line in which threads stand: one is in at a time, and whoever came first is let in first."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, get_ident

from psa_app.errors import Busy


class Line:
    """A lock that is fair. A plain `Lock` goes to whoever asks at the right moment: a thread that
    gives it back and takes it again at once can keep the others out for as long as it likes.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._holder: int | None = None
        self._waiting: deque[tuple[Event, int]] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Waits its turn for up to `seconds`, then raises `Busy`; however the block ends, the next comes.

        Raises `RuntimeError` at once when this thread is in already: it would wait for itself.
        """
        self._enter(seconds)
        try:
            yield
        finally:
            self._leave()

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _enter(self, seconds: float) -> None:
        called = self._line_up()
        if called is None:
            return
        came = False
        try:
            came = called.wait(seconds)
        finally:
            if not came:
                self._give_up(called)
        if not came:
            raise Busy()

    def _line_up(self) -> Event | None:
        """None when nobody was in; else what is set when it is this thread's turn."""
        me = get_ident()
        with self._guard:
            if self._holder == me:
                raise RuntimeError("This thread is writing already and would wait for itself.")
            if self._holder is None:
                self._holder = me
                return None
            called = Event()
            self._waiting.append((called, me))
            return called

    def _give_up(self, called: Event) -> None:
        """Steps out of the line; who was called in the same moment lets the next one in."""
        with self._guard:
            still = [one for one in self._waiting if one[0] is not called]
            was_called = len(still) == len(self._waiting)
            self._waiting = deque(still)
        if was_called:
            self._leave()

    def _leave(self) -> None:
        with self._guard:
            if not self._waiting:
                self._holder = None
                return
            called, self._holder = self._waiting.popleft()
            called.set()
