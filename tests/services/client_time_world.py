"""A scope whose time the client approves too, and the acts around it."""

from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock, db
from psa_app.models import Outbox, Sow, SowLine, TimeRequest, TimeRequestLine
from psa_app.services.time.approve import approve_timesheet
from psa_app.services.time.client_ask import ask_client
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_week
from tests.services.contract_world import Firm, make_firm
from tests.services.time_world import MON, WEEK, do

HOUR = 3600


def make_client_firm(session: Session) -> Firm:
    """The firm of `contract_world`; Northwind approves the time of its scope, silence after five days."""
    firm = make_firm(session)
    sow = session.exec(select(Sow).where(Sow.account_id == firm.northwind)).one()
    line = session.exec(select(SowLine).where(SowLine.sow_id == sow.id)).one()
    line.approval, line.silence_days = "client", 5
    return firm


def approved(
    firm: Firm, *days: date, who: str = "Ann", task: str = "Build", seconds: int = HOUR
) -> list[int]:
    """Entries on these days, handed in and approved by Lea; their ids."""
    task_id = firm.world.tasks[task]
    ids = [
        int(do(log_time, firm[who], task_id=task_id, work_date=day, seconds=seconds, note="As agreed").id)
        for day in days or (MON,)
    ]
    sheet = do(submit_week, firm[who], week=WEEK)
    do(approve_timesheet, firm["Lea"], sheet.timesheet_id)
    return ids


def asked(firm: Firm, by: str = "Lea") -> int:
    """Asks Northwind; the request's id."""
    (request,) = do(ask_client, firm[by], account_id=firm.northwind)
    return int(request.id)


def request(request_id: int) -> TimeRequest:
    """A request as it stands."""
    with db.reading() as session:
        return session.get_one(TimeRequest, request_id)


def lines(request_id: int) -> dict[int, str]:
    """The state of each line by entry."""
    with db.reading() as session:
        found = session.exec(select(TimeRequestLine).where(TimeRequestLine.request_id == request_id)).all()
        return {line.entry_id: line.status for line in found if line.entry_id is not None}


def delivered(request_id: int, error: str = "") -> None:
    """The mail server takes the request's mails now, or refuses the address."""
    with db.unit_of_work() as session:
        mails = select(Outbox).where(col(Outbox.key).startswith(f"time-request-{request_id}-"))
        for row in session.exec(mails).all():
            row.done_at, row.error = clock.now(), error
