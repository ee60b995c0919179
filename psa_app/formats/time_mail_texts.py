"""The words of the mails about time that a client approves (what they look like: `mail_letters.py`)."""

from psa_app.formats.mail_letters import Letter as _Draft
from psa_app.formats.mail_letters import MailText
from psa_app.formats.mail_letters import mail_of as _mail

__all__ = ["MailText"]


def time_to_approve(
    firm: str, reader: str, scope: str, time: str, days: str, link: str, silence: str = ""
) -> MailText:
    """To a client contact: time waits for their approval."""
    quiet = f" What is not answered within {silence} counts as approved." if silence else ""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{time} to approve for {scope}",
            greeting=reader,
            opening=f"{firm} asks you to approve the time worked on {scope}. Look at the entries, approve "
            f"them, or refuse what is not right and say why.{quiet}",
            link=link,
            button="Look and approve",
            facts=(("Scope", scope), ("Time", time), ("Days", days)),
            closing="Not for you, or a question? Just reply to this mail.",
        )
    )


def time_refused(
    firm: str, reader: str, client: str, refused_by: str, time: str, reason: str, link: str
) -> MailText:
    """To a project's lead: the client refuses some time, and why."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{client} refuses {time}",
            greeting=reader,
            opening=f"{refused_by} at {client} has refused {time}. The people who logged it can correct it "
            "and hand it in again.",
            link=link,
            button="Open the project",
            facts=(("Client", client), ("Time", time)),
            quote=reason,
        )
    )


def expense_rejected(firm: str, reader: str, rejected_by: str, what: str, reason: str, link: str) -> MailText:
    """To a member. `what` names the expense and its amount."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"Please correct your expense: {what}",
            greeting=reader,
            opening=f"{rejected_by} sent this expense back to you: {what}.",
            link=link,
            button="Correct it",
            quote=reason,
            closing="Change what is needed and submit it again.",
        )
    )


def retainer_used(
    firm: str,
    reader: str,
    client: str,
    retainer: str,
    days: str,
    level: str,
    used: str,
    available: str,
    link: str,
) -> MailText:
    """To a project's lead: half, 80 % or all of a retainer's period is used."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{retainer}: {level} % used",
            greeting=reader,
            opening=f"The work for {client} has used {level} % of what “{retainer}” has for {days}.",
            link=link,
            button="Look at the retainer",
            facts=(("Client", client), ("Used", used), ("Of", available)),
        )
    )
