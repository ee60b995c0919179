"""Who writes to SQLite stands in line: in the order of coming, not for ever, and never for oneself."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from psa_app import db
from psa_app.errors import Busy
from psa_app.line import Line
from psa_app.models import Role

SECRET = "4711 is the secret"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def names() -> list[str]:
    with db.reading() as session:
        return [role.name for role in session.exec(select(Role).order_by(Role.id))]


def write(name: str) -> None:
    with db.unit_of_work() as session:
        session.add(Role(name=name))


def until_waiting(line: Line, number: int) -> None:
    while line.length != number:
        Event().wait(0.001)


def test_whoever_came_first_is_let_in_first(threads):
    line, order = Line(), []

    def come(name: int) -> None:
        with line.turn(10):
            order.append(name)

    with line.turn(1):
        coming = []
        for name in range(6):
            coming.append(threads.submit(come, name))
            until_waiting(line, name + 1)
    wait(coming, timeout=10)
    assert order == [0, 1, 2, 3, 4, 5]


def test_a_thread_that_comes_back_at_once_does_not_overtake_who_waits(threads):
    line, order = Line(), []

    def greedy() -> None:
        for number in range(3):
            with line.turn(10):
                order.append(f"greedy {number}")
                if number == 0:
                    inside.set()
                    until_waiting(line, 1)

    def patient() -> None:
        with line.turn(10):
            order.append("patient")

    inside = Event()
    first = threads.submit(greedy)
    assert inside.wait(10)
    wait([first, threads.submit(patient)], timeout=10)
    assert order.index("patient") == 1


def test_who_waits_too_long_is_told_so_and_leaves_the_line(threads):
    line = Line()
    with line.turn(1):
        with pytest.raises(Busy) as refused:
            threads.submit(lambda: line.turn(0.01).__enter__()).result(10)
        assert line.length == 0
    assert "try again" in refused.value.sentence
    with line.turn(0.01):
        assert line.length == 0


def test_an_error_lets_the_next_one_in(threads):
    line = Line()

    def fail() -> None:
        with line.turn(1):
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            threads.submit(fail).result(10)
    with line.turn(0.01):
        assert line.length == 0


def test_nobody_waits_for_themselves():
    line = Line()
    with line.turn(1), pytest.raises(RuntimeError, match="wait for itself"):
        line.turn(60).__enter__()
    with line.turn(0.01):
        assert line.length == 0


def test_many_threads_are_in_one_at_a_time_and_none_is_forgotten(threads):
    line, inside, most, done = Line(), [], [], []

    def come(number: int) -> None:
        for turn in range(50):
            try:
                with line.turn(0.0005 if turn % 3 else 10):
                    inside.append(number)
                    most.append(len(inside))
                    inside.pop()
            except Busy:
                continue
        done.append(number)

    wait([threads.submit(come, number) for number in range(8)], timeout=60)
    assert (sorted(done), max(most), line.length) == (list(range(8)), 1, 0)
    with line.turn(0.01):
        assert inside == []


def test_a_unit_of_work_inside_another_is_refused_at_once_on_both_databases(own_database):
    def outer() -> None:
        with db.unit_of_work() as session:
            session.add(Role(name="Outer"))
            write("Inner")

    with pytest.raises(RuntimeError, match="hand its session on"):
        outer()
    assert names() == []
    write("Later")
    assert names() == ["Later"]


def test_a_thread_that_a_unit_of_work_waits_for_is_refused_at_once_too(own_database):
    async def outer() -> None:
        with db.unit_of_work():
            await asyncio.to_thread(write, "Inner")

    with pytest.raises(RuntimeError, match="hand its session on"):
        asyncio.run(outer())
    assert names() == []


def test_another_task_of_the_same_thread_does_not_stop_the_loop(sqlite_database):
    """The loop would stand still: the one who could go on is the one who waits."""

    async def both() -> None:
        inside, go_on = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            with db.unit_of_work():
                inside.set()
                await go_on.wait()

        task = asyncio.create_task(first())
        await inside.wait()
        with pytest.raises(RuntimeError, match="wait for itself"):
            write("Second")
        go_on.set()
        await task

    asyncio.run(both())
    write("Later")
    assert names() == ["Later"]


def test_many_handlers_write_through_threads_of_their_own(own_database):
    async def all_at_once() -> None:
        await asyncio.gather(*(asyncio.to_thread(write, f"Role {number}") for number in range(20)))

    asyncio.run(all_at_once())
    assert sorted(names()) == sorted(f"Role {number}" for number in range(20))


def test_reading_is_free_while_a_unit_of_work_is_open(own_database):
    with db.unit_of_work() as session:
        session.add(Role(name="Outer"))
        session.flush()
        assert names() == []
    assert names() == ["Outer"]


def test_an_error_of_the_database_names_no_values(own_database):
    write("Developer")
    with pytest.raises(IntegrityError) as clash, db.unit_of_work() as session:
        db.insert_row(session, Role, id=1, name=SECRET)
    assert SECRET not in str(clash.value)
