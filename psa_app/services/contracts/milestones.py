"""Milestones of a signed scope: ready, accepted by the client once, and billable from then on."""

from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Forbidden
from psa_app.formats import words
from psa_app.models import Account, Firm, Milestone, Project, Sow, SowLine, move
from psa_app.queries.contracts.text import milestone_text
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.contracts.accept import answering
from psa_app.services.contracts.evidence import sign
from psa_app.services.contracts.send import approvers
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail


@act("milestones", "ready", right="milestones.ready")
def ready_milestone(session: Session, actor: Actor, milestone_id: int) -> Milestone:
    """Says that a milestone is done and waits for the client; those who may accept it get a mail.

    Raises `Forbidden` for a lead who does not lead the scope's project.
    """
    milestone, sow = _milestone(session, actor, milestone_id)
    _check_lead(session, actor, sow)
    old = move(milestone, "milestone", "ready")
    milestone.ready_at = clock.now()
    history.note(session, actor, "milestone", milestone_id, "ready", {"status": old}, {"status": "ready"})
    _mail_ready(session, actor, milestone, sow)
    return milestone


@act("milestones", "take_back", right="milestones.ready")
def take_back_milestone(session: Session, actor: Actor, milestone_id: int) -> Milestone:
    """Takes back that a milestone is ready, before the client has accepted it."""
    milestone, sow = _milestone(session, actor, milestone_id)
    _check_lead(session, actor, sow)
    old = move(milestone, "milestone", "planned")
    milestone.ready_at = None
    change = {"status": old}, {"status": "planned"}
    history.note(session, actor, "milestone", milestone_id, "taken back", *change)
    return milestone


@act("milestones", "accept", right="milestones.accept")
def accept_milestone(session: Session, actor: Actor, milestone_id: int, *, name: str) -> Milestone:
    """The client's approver accepts a milestone that is ready, which makes it billable. Once only."""
    milestone, sow = _milestone(session, actor, milestone_id)
    answering(session, actor, sow)
    if milestone.status == "planned":
        raise Conflict(f"“{milestone.title}” is not ready yet. You get a mail when it is.")
    return _accept(session, actor, milestone, sow, fields.text(name, "name", max=120))


@act("milestones", "accept_for_client", right="milestones.accept_for_client")
def accept_milestone_for_client(
    session: Session, actor: Actor, milestone_id: int, *, name: str, how: str
) -> Milestone:
    """The owner records an acceptance given elsewhere: by whom, and how ("mail of 3 November")."""
    milestone, sow = _milestone(session, actor, milestone_id)
    evidence = fields.text(how, "how", max=120)
    signer = fields.text(name, "name", max=120)
    if milestone.status == "planned":
        move(milestone, "milestone", "ready")
        milestone.ready_at = clock.now()
    return _accept(session, actor, milestone, sow, signer, evidence)


def _accept(
    session: Session, actor: Actor, milestone: Milestone, sow: Sow, signer: str, how: str = ""
) -> Milestone:
    if milestone.status == "accepted":
        raise Conflict(f"“{milestone.title}” has already been accepted by {milestone.accepted_by}.")
    milestone_id = int(milestone.id or 0)
    old = move(milestone, "milestone", "accepted")
    milestone.accepted_at, milestone.accepted_by = clock.now(), signer
    text = milestone_text(sow, milestone)
    sign(session, actor, "milestone", milestone_id, side="client", name=signer, title=how, text=text)
    after = {"status": "accepted", "by": signer}
    history.note(session, actor, "milestone", milestone_id, "accepted", {"status": old}, after, reason=how)
    return milestone


def _milestone(session: Session, actor: Actor, milestone_id: int) -> tuple[Milestone, Sow]:
    """The milestone and its signed scope, both locked, the scope first."""
    milestone = fetch(session, actor, Milestone, milestone_id)
    line = session.get_one(SowLine, milestone.sow_line_id)
    sow = fetch(session, actor, Sow, line.sow_id, lock=True)
    if sow.status != "signed":
        raise Conflict(f"{sow.number} is not signed yet; its milestones wait for that.")
    return fetch(session, actor, Milestone, milestone_id, lock=True), sow


def _check_lead(session: Session, actor: Actor, sow: Sow) -> None:
    if actor.role != "lead":
        return
    led = select(Project.id).where(Project.sow_id == sow.id, Project.lead_id == actor.person_id)
    if session.exec(led).first() is None:
        raise Forbidden("Only who leads this project, the owner or finance says that a milestone is ready.")


def _mail_ready(session: Session, actor: Actor, milestone: Milestone, sow: Sow) -> None:
    firm = session.exec(select(Firm)).one()
    locale = session.get_one(Account, sow.account_id).locale
    for contact in approvers(session, sow.account_id):
        token = make_portal_link(
            session, contact_id=int(contact.id or 0), document="sow", document_id=int(sow.id or 0)
        )
        promise_mail(
            session,
            f"milestone-ready-{milestone.id}-{contact.id}-{milestone.version}",
            "milestone_ready",
            [contact.email],
            routes.portal_link(token),
            {
                "reader": contact.name,
                "firm": firm.name,
                "milestone": milestone.title,
                "scope": f"{sow.number} {sow.title}",
                "value": words.money(milestone.value_minor, sow.currency, locale),
                "criteria": milestone.criteria,
            },
            reply_to=actor.email,
            about=About("milestone", int(milestone.id or 0), contact, actor.name),
        )
