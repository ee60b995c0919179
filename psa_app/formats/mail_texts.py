"""The words of every mail (of scopes, quotes and change orders: `document_mails.py`)."""

from collections.abc import Callable

from psa_app.formats import collecting_mails, document_mails, invoice_mails, time_mail_texts
from psa_app.formats.mail_letters import Letter as _Draft
from psa_app.formats.mail_letters import MailText
from psa_app.formats.mail_letters import mail_of as _mail


def milestone_ready(
    firm: str, reader: str, milestone: str, scope: str, value: str, link: str, criteria: str = ""
) -> MailText:
    """To a client contact: a milestone is done and waits to be accepted. `scope`: its number and title."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"Please accept: {milestone}",
            greeting=reader,
            opening=f"{firm} has finished the milestone “{milestone}”. Please look at it and, if it is as "
            "agreed, accept it.",
            link=link,
            button="Look and accept",
            facts=(("Milestone", milestone), ("Scope", scope), ("Value", value)),
            quote=criteria,
            closing="Not as agreed? Just reply to this mail.",
        )
    )


def invitation(firm: str, reader: str, invited_by: str, link: str, valid_for: str) -> MailText:
    """To a new user. `valid_for` such as "60 minutes"."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{invited_by} invites you to {firm}",
            greeting=reader,
            opening=f"{invited_by} has set up an account for you at {firm}. Choose a password to start.",
            link=link,
            button="Choose a password",
            closing=f"The link works once, for {valid_for}. If you did not expect this mail, ignore it.",
        )
    )


def password_reset(firm: str, reader: str, link: str, valid_for: str) -> MailText:
    """To a user who asked for a new password."""
    return _mail(
        _Draft(
            firm=firm,
            subject="Choose a new password",
            greeting=reader,
            opening=f"Someone, probably you, asked for a new password at {firm}.",
            link=link,
            button="Choose a new password",
            closing=f"The link works once, for {valid_for}. If it was not you, ignore this mail: "
            "nothing changes.",
        )
    )


def time_rejected(firm: str, reader: str, rejected_by: str, what: str, reason: str, link: str) -> MailText:
    """To a member. `what` names the time, such as "Week 46: Checkout redesign, 6:30 h"."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"Please correct your time: {what}",
            greeting=reader,
            opening=f"{rejected_by} sent this time back to you: {what}.",
            link=link,
            button="Correct it",
            quote=reason,
            closing="Change what is needed and submit it again.",
        )
    )


def bookings_moved(
    firm: str, reader: str, number: str, title: str, project: str, moves: str, link: str
) -> MailText:
    """To a project's lead: a change order was signed and moved the plan. `moves`: a line for each."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{project}: the plan moved with {number}",
            greeting=reader,
            opening=f"The change order “{title}” is signed and moves the days of {project}. This has "
            "moved with it:",
            link=link,
            button="Open the project",
            facts=(("Change order", number),),
            quote=moves,
            closing="Look whether the plan still fits.",
        )
    )


# By the name that a promised mail carries.
TEXTS: dict[str, Callable[..., MailText]] = {
    **document_mails.TEXTS,
    **collecting_mails.TEXTS,
    **invoice_mails.TEXTS,
    "milestone_ready": milestone_ready,
    "invitation": invitation,
    "password_reset": password_reset,
    "time_rejected": time_rejected,
    "expense_rejected": time_mail_texts.expense_rejected,
    "time_to_approve": time_mail_texts.time_to_approve,
    "time_refused": time_mail_texts.time_refused,
    "retainer_used": time_mail_texts.retainer_used,
    "bookings_moved": bookings_moved,
}
