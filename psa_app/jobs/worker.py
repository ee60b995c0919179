"""The worker: loops over the queues in the database, and Huey with its timetable."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from psa_app import db
from psa_app.config import settings
from psa_app.errors import PsaError
from psa_app.jobs.billing import bill_next
from psa_app.jobs.bulk import bulk_next
from psa_app.jobs.imports import import_next
from psa_app.jobs.lock import Lock, make_lock
from psa_app.jobs.outbox import anything_due, deliver_due
from psa_app.models import Inbox
from psa_app.services.ops.runs import begin_run, end_run

log = logging.getLogger("psa_app.jobs")
LOOK_EVERY = 1.0  # seconds between two looks into the outbox and the inbox
STAND_BY = 5.0  # seconds between two tries to become the one worker
SIGN_OF_LIFE = 30.0
PATIENCE = 4.0  # seconds for what is under way when the serving process ends
WORKER_PATIENCE = 15.0


class Worker:
    """Works in threads of its own from `start` to `stop`, once it is the one worker."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self.at_work = threading.Event()
        self._thread = threading.Thread(target=self._run, name="psa-worker", daemon=True)

    def start(self) -> None:
        """Begins; returns at once."""
        self._thread.start()

    def stop(self, patience: float = PATIENCE) -> None:
        """Ends, waiting `patience` seconds for what is under way; what is cut off comes due again."""
        self._stop.set()
        self._thread.join(patience)

    def _run(self) -> None:
        lock = make_lock(settings())
        while not self._stop.is_set():
            if lock.take():
                try:
                    self._work(lock)
                except Exception:
                    log.exception("the worker stopped and begins anew")
                finally:
                    self.at_work.clear()
                    lock.release()
            self._stop.wait(STAND_BY)

    def _work(self, lock: Lock) -> None:
        ended = threading.Event()
        consumer = make_consumer()
        loops = [Loop("outbox", self._deliver, ended), Loop("inbox", self._work_inbox, ended)]
        loops.append(Loop("imports", lambda: import_next(self._is_wanted), ended))
        loops.append(Loop("bulk", lambda: bulk_next(self._is_wanted), ended))
        loops.append(Loop("billing", lambda: bill_next(self._is_wanted), ended))
        consumer.start()
        for loop in loops:
            loop.start()
        self.at_work.set()
        log.info("background work runs in process %s", os.getpid())
        try:
            self._watch(lock, consumer)
        finally:
            ended.set()
            consumer.stop(graceful=True)
            for loop in loops:
                loop.join()

    def _watch(self, lock: Lock, consumer: Any) -> None:
        _sign_of_life(begin_run)
        while not self._stop.wait(SIGN_OF_LIFE):
            if not lock.holds():
                log.warning("the worker's lock was lost; another one may take over")
                return
            consumer.check_worker_health()
            _sign_of_life(end_run)

    def _is_wanted(self) -> bool:
        return not self._stop.is_set()

    def _deliver(self) -> int:
        return deliver_due(wanted=self._is_wanted)

    def _work_inbox(self) -> int:
        from psa_app.services.payments.inbox import work_inbox

        return work_inbox() if not self._stop.is_set() and anything_due(Inbox) else 0


class Loop(threading.Thread):
    """Does its work again and again: at once while there is something to do, else after a second."""

    def __init__(self, name: str, work: Callable[[], int], ended: threading.Event) -> None:
        super().__init__(name=f"psa-{name}", daemon=True)
        self.work, self.ended = work, ended
        self._said = ""

    def run(self) -> None:
        """Until told to end. An error is logged once, not every second."""
        while not self.ended.is_set():
            done = 0
            try:
                done = self.work()
                self._said = ""
            except PsaError as error:
                self._say(error.sentence)
            except Exception as error:  # noqa: BLE001 - the loop goes on, whatever happened
                self._say(f"{type(error).__name__}: {error}")
            if not done:
                self.ended.wait(LOOK_EVERY)

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            log.warning("%s: %s", self.name, sentence)
            self._said = sentence


def make_consumer() -> Any:
    """Huey's consumer; the signals stay with whoever runs the process."""
    from huey.consumer import Consumer

    from psa_app.jobs.timetable import make_queue

    class Threads(Consumer):  # type: ignore[misc]
        def _set_signal_handlers(self) -> None:
            """Huey would take granian's."""

    for name in ("huey", "huey.consumer"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return Threads(make_queue(settings().data), workers=1, max_delay=0.5, shutdown_timeout=PATIENCE)


@asynccontextmanager
async def background(app: Any = None) -> AsyncIterator[None]:  # noqa: ARG001 - Reflex hands its app in
    """Background work beside the pages, from the start of the serving process to its end."""
    if settings().external_worker:
        yield
        return
    worker = Worker()
    worker.start()
    try:
        yield
    finally:
        await asyncio.to_thread(worker.stop)


def work_until_told() -> None:
    """Background work in a process of its own, until SIGTERM or SIGINT."""
    told = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told.set())
    worker = Worker()
    worker.start()
    told.wait()
    worker.stop(WORKER_PATIENCE)


def _sign_of_life(write: Callable[..., None]) -> None:
    try:
        with db.unit_of_work() as session:
            write(session, "worker")
    except PsaError as error:
        log.warning("no sign of life could be written: %s", error.sentence)
