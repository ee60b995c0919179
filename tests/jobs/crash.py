"""A worker that dies by itself: `python -m tests.jobs.crash before|after` (the effect)."""

import os
import signal
import sys
from typing import Any

from psa_app.jobs import outbox


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if sys.argv[1] == "before":
    outbox._do = die  # type: ignore[assignment]
else:
    outbox._settle = die
outbox.deliver_due()
