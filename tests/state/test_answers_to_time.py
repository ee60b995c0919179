"""A client's answer to time on the page that a mail's link opens: pressed twice, or out of turn."""

from typing import Any

import pytest
from sqlalchemy import Engine

from psa_app import routes
from psa_app.state.portal.open_link import OpenLinkState, OpenTimeState
from tests.services.client_time_world import approved, asked, lines, make_client_firm
from tests.services.contract_world import mails
from tests.services.time_world import MON, TUE, WED, do
from tests.support.app_server import AppServer, Tab, app_server, var  # noqa: F401

pytestmark = pytest.mark.anyio


@pytest.fixture
def request_id(sqlite_database: Engine, clock: Any) -> int:
    firm = do(make_client_firm)
    approved(firm, MON, TUE, WED)
    return asked(firm)


async def test_chosen_entries_approved_by_a_double_click_leave_the_others_open(
    app_server: AppServer,  # noqa: F811
    request_id: int,
) -> None:
    (mail,) = mails("time_to_approve")
    page, tab = mail["path"], await Tab(app_server).open()
    assert page.startswith(routes.portal_link(""))
    await tab.send(OpenLinkState.load, page=page)
    first, *others = sorted(lines(request_id))
    await tab.send(OpenTimeState.choose, {"row_id": str(first), "yes": True}, page=page)
    await tab.send_all(OpenTimeState.approve_chosen, [{}, {}], page=page)
    assert lines(request_id) == {first: "approved"} | dict.fromkeys(others, "open")
    await tab.send(OpenTimeState.refuse, {"data": {"reason": "Out of turn"}}, page=page)
    assert lines(request_id) == {first: "approved"} | dict.fromkeys(others, "open")

    await tab.send(OpenTimeState.choose, {"row_id": str(others[0]), "yes": True}, page=page)
    await tab.send(OpenTimeState.ask_refuse_chosen, page=page)
    await tab.send_all(OpenTimeState.refuse, [{"data": {"reason": "We had no meeting."}}] * 2, page=page)
    assert lines(request_id)[others[1]] == "open"
    assert var(tab.received, "OpenTimeState", "errors") in ({}, None)
    await tab.close()
