"""The client who approves time too: asked each week, answers on the same day; the last week is still open."""

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo.scopes import Running
from psa_app.models import Account, TimeEntry, TimeRequest, TimeRequestLine
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.client_answer import approve_request, refuse_request
from psa_app.services.time.client_ask import ask_client
from psa_app.services.time.log import change_entry
from psa_app.services.time.submit import submit_week

REFUSED_IN = 47  # the week in which one entry is refused
WHY = "Please say what this was for."


def ask_and_answer(
    session: Session,
    actors: dict[str, Actor],
    clients: dict[str, tuple[Account, Actor]],
    running: list[Running],
    week: int,
    *,
    is_open: bool,
) -> None:
    """Asks the clients whose scopes say so for the week that was just approved; `is_open`: none answers."""
    for one in running:
        if not one.scope.silence_days or not one.scope.begins <= week <= one.scope.ends:
            continue
        account, contact = clients[one.scope.client]
        (request,) = ask_client(session, actors["Mara"], account_id=int(account.id or 0))
        if is_open:
            continue
        if week == REFUSED_IN:
            _refuse_one(session, actors, contact, request)
        approve_request(session, contact, int(request.id or 0))
        if week == REFUSED_IN:
            (again,) = ask_client(session, actors["Mara"], account_id=int(account.id or 0))
            approve_request(session, contact, int(again.id or 0))


def _refuse_one(session: Session, actors: dict[str, Actor], contact: Actor, request: TimeRequest) -> None:
    """One entry is refused, made clearer by its person, and approved by the lead again."""
    entry = session.exec(
        select(TimeEntry)
        .join(TimeRequestLine, col(TimeRequestLine.entry_id) == col(TimeEntry.id))
        .where(TimeRequestLine.request_id == request.id)
        .order_by(col(TimeEntry.seconds), col(TimeEntry.id))
    ).first()
    if entry is None:
        return
    entry_id = int(entry.id or 0)
    refuse_request(session, contact, int(request.id or 0), reason=WHY, entry_ids=(entry_id,))
    session.refresh(entry)
    person = next(one for one in actors.values() if one.person_id == entry.person_id)
    note = f"{entry.note}, with the changes that you asked for".lstrip(", ")
    change_entry(session, person, entry_id, version=entry.version, note=note)
    submit_week(session, person, week=entry.week)
    approve_entries(session, actors["Mara"], entry_ids=(entry_id,))
