"""An own field is changed at the very moment when a record with a value of it is saved."""

from threading import Thread

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import PsaError
from psa_app.models import Account, CustomField
from psa_app.queries.totals import totals
from psa_app.resources import RESOURCES
from psa_app.services.lowcode.fields import change_field, create_field
from psa_app.services.records import change_record, create_record
from tests.services.test_contracts_races import at_once
from tests.support.prepared import prepared
from tests.support.world import World, do, make_world, row

ACCOUNTS = RESOURCES["accounts"]


firm = prepared(make_world, alone=True)


@pytest.mark.parametrize("is_new", [True, False], ids=["made", "changed"])
def test_a_value_and_its_fields_new_type_never_meet(firm: World, is_new: bool) -> None:
    field = do(create_field, firm["Olga"], kind="accounts", label="Seats", type="text")
    account_id = int(do(create_record, firm["Fred"], ACCOUNTS, {"name": "Osprey"}).id)

    def save() -> None:
        if is_new:
            do(create_record, firm["Fred"], ACCOUNTS, {"name": "Plover", "own_seats": "many"})
        else:
            do(change_record, firm["Fred"], ACCOUNTS, account_id, {"own_seats": "many"}, version=1)

    refused = at_once(
        save,
        lambda: do(change_field, firm["Olga"], int(field.id or 0), version=1, label="Seats", type="number"),
    )
    assert len(refused) == 1
    assert "its type stays" in refused[0] or "not right" in refused[0]
    is_number = row(CustomField, int(field.id or 0)).type == "number"
    with db.reading() as session:
        held = [one.own for one in session.exec(select(Account)) if one.own]
        assert held == ([] if is_number else [{"seats": "many"}])
        totals(session, firm["Olga"], ACCOUNTS)


def test_a_field_waits_for_the_record_that_is_being_saved(firm: World) -> None:
    field = do(create_field, firm["Olga"], kind="accounts", label="Seats", type="text")
    refused: list[str] = []

    def change() -> None:
        try:
            do(change_field, firm["Olga"], int(field.id or 0), version=1, label="Seats", type="number")
        except PsaError as error:
            refused.append(error.sentence)

    other = Thread(target=change)
    with db.unit_of_work() as session:
        create_record(session, firm["Fred"], ACCOUNTS, {"name": "Osprey", "own_seats": "many"})
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join()
    assert refused == [
        "Records hold values of this field, so its type stays. Make a new field and archive this one."
    ]
