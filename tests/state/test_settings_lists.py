"""The lists in Settings: what is archived stays out of them until it is asked for."""

from typing import Any

import pytest
from sqlalchemy import Engine

from psa_app import db
from psa_app.models import Stage
from psa_app.state.firm.settings import SettingsRecords, SettingsState
from tests.support.app_server import AppServer, Tab, app_server, var  # noqa: F401
from tests.support.logins import cookie, make_people, signed_in

pytestmark = pytest.mark.anyio
STAGES = "/settings?tab=stages"


@pytest.fixture
def people(sqlite_database: Engine) -> Any:
    found = make_people()
    with db.unit_of_work() as session:
        session.add(Stage(id=91, name="First", position=1, outcome="open", percent=10))
        session.add(Stage(id=92, name="Gone", position=2, outcome="open", percent=20, is_archived=True))
    return found


async def test_archived_records_stay_out_of_a_list_in_settings_until_it_is_told(
    app_server: AppServer,  # noqa: F811
    people: Any,
) -> None:
    tab = await Tab(app_server).open(cookie(signed_in(people["Olga"])))

    def names() -> set[str]:
        return {row["name"] for row in var(tab.received, "SettingsRecords", "rows")} & {"First", "Gone"}

    await tab.send(SettingsState.load, page=STAGES)
    assert names() == {"First"}
    for which, shown in (("yes", {"Gone"}), ("all", {"First", "Gone"}), ("nonsense", {"First"})):
        await tab.send(SettingsRecords.show_archived, {"which": which}, page=STAGES)
        assert names() == shown
    await tab.close()
