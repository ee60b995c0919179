"""Two people merge, or close a circle of parents, at the same moment."""

import pytest

from psa_app.errors import PsaError
from psa_app.models import Account, Contact
from psa_app.resources import RESOURCES
from psa_app.services.clients.merge import merge_accounts
from psa_app.services.records import change_record, create_record
from tests.services.test_contracts_races import at_once
from tests.support.prepared import prepared
from tests.support.world import World, do, make_world, row, rows

firm = prepared(make_world, alone=True)


def account(firm: World, name: str) -> int:
    return int(do(create_record, firm["Fred"], RESOURCES["accounts"], {"name": name}).id)


def test_two_merges_the_other_way_round_have_one_winner(firm: World) -> None:
    one, other = account(firm, "A"), account(firm, "B")
    refused = at_once(
        lambda: do(merge_accounts, firm["Fred"], one, other_id=other),
        lambda: do(merge_accounts, firm["Olga"], other, other_id=one),
    )
    assert len(refused) == 1
    assert "merged into another client already" in refused[0]
    ends = {row(Account, one).merged_into_id, row(Account, other).merged_into_id}
    assert ends in ({None, one}, {None, other})


def test_a_contact_added_during_a_merge_is_never_left_behind(firm: World) -> None:
    kept, other = account(firm, "A"), account(firm, "B")
    values = {"account_id": other, "name": "Zoe", "email": "z@z.example"}
    refused = at_once(
        lambda: do(create_record, firm["Fred"], RESOURCES["contacts"], values),
        lambda: do(merge_accounts, firm["Olga"], kept, other_id=other),
    )
    assert row(Account, other).merged_into_id == kept
    found = rows(Contact, email="z@z.example")
    assert [one.account_id for one in found] == ([] if refused else [kept])


def test_two_parents_at_once_make_no_circle(firm: World) -> None:
    one, other = account(firm, "A"), account(firm, "B")

    def put(child: int, parent: int) -> None:
        do(change_record, firm["Fred"], RESOURCES["accounts"], child, {"parent_id": parent}, version=1)

    refused = at_once(lambda: put(one, other), lambda: put(other, one))
    assert len(refused) == 1
    assert None in (row(Account, one).parent_id, row(Account, other).parent_id)


def test_the_second_of_two_tabs_is_told_to_reload(firm: World) -> None:
    one = account(firm, "A")
    change = {"resource": RESOURCES["accounts"], "record_id": one, "version": 1}
    do(change_record, firm["Fred"], raw={"city": "Wien"}, **change)
    with pytest.raises(PsaError, match="Someone else changed this"):
        do(change_record, firm["Olga"], raw={"city": "Graz"}, **change)
    assert row(Account, one).city == "Wien"
