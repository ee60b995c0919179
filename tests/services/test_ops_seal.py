"""The chain over the history."""

from sqlmodel import select

from psa_app import db
from psa_app.access import system
from psa_app.models import History
from psa_app.services import history
from psa_app.services.ops.seal import head, next_seal, seal_history


def write(count: int) -> None:
    with db.unit_of_work() as session:
        for number in range(count):
            history.note(session, system(), "role", number + 1, "created", {}, {"name": f"Role {number}"})


def seal(most: int) -> int:
    with db.unit_of_work() as session:
        return seal_history(session, most)


def test_rows_are_sealed_in_order_each_over_the_one_before(database, clock):
    write(5)
    assert [seal(3), seal(3), seal(3)] == [3, 2, 0]
    with db.reading() as session:
        rows = session.exec(select(History).order_by(History.id)).all()
        newest = head(session)
    expected = ""
    for row in rows:
        expected = next_seal(expected, row.digest)
        assert row.seal == expected
    assert newest == expected


def test_sealing_again_changes_nothing(database, clock):
    write(2)
    seal(10)
    with db.reading() as session:
        before = head(session)
    assert seal(10) == 0
    with db.reading() as session:
        assert head(session) == before


def test_an_empty_history_has_no_head(database):
    with db.reading() as session:
        assert head(session) == ""
