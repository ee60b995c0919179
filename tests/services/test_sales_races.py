"""Two people move cards at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from psa_app.errors import PsaError
from psa_app.models import Opportunity, StageChange
from tests.services.sales_world import chance, move, now, order, stage
from tests.support.prepared import prepared
from tests.support.world import make_world, rows

firm = prepared(make_world, alone=True)


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Does the acts in threads that begin together; the sentences of those that were refused."""
    together, refused = Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        together.wait()
        try:
            act()
        except PsaError as error:
            refused.append(error.sentence)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_of_two_people_who_move_the_same_card_one_is_told(firm):
    one, lead = chance(firm), stage("Lead")
    refused = at_once(
        lambda: move(firm, one, "Won", "Lea", from_stage_id=lead),
        lambda: move(firm, one, "Lost", "Fred", from_stage_id=lead, loss_reason="No budget"),
    )
    (sentence,) = refused
    ended = "Won" if now(one).stage_id == stage("Won") else "Lost"
    assert sentence == f"Somebody has moved this to {ended} in the meantime. Look again."
    assert len(rows(StageChange)) == 2


def test_many_moves_at_once_leave_every_card_in_a_place_of_its_own(firm):
    cards = [chance(firm, title) for title in "ABCD"]
    target = {"A": "Proposal", "B": "Proposal", "C": "Lead", "D": "Proposal"}
    refused = at_once(
        *(lambda one=one: move(firm, one, target[one.title], position=0) for one in cards)  # type: ignore[misc]
    )
    assert refused == []
    inside = [one for one in rows(Opportunity) if one.stage_id == stage("Proposal")]
    assert sorted(one.position for one in inside) == [0, 1, 2]
    assert order("Lead") == ["C"]
