"""The words of the mails about change orders (what they look like: `mail_letters.py`)."""

from psa_app.formats.mail_letters import Letter as _Draft
from psa_app.formats.mail_letters import MailText
from psa_app.formats.mail_letters import mail_of as _mail

__all__ = ["MailText"]


def change_to_accept(
    firm: str,
    reader: str,
    number: str,
    title: str,
    scope: str,
    before: str,
    after: str,
    effective_on: str,
    link: str,
    valid_until: str = "",
) -> MailText:
    """To a client contact: a change order waits to be read and accepted."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number}: please read and accept",
            greeting=reader,
            opening=f"{firm} has sent you the change order “{title}” to {scope}. Read what changes, ask what "
            "is unclear and, if you agree, accept it.",
            link=link,
            button="Read and answer",
            facts=(
                ("Number", number),
                ("Contract value so far", before),
                ("With this change", after),
                ("Counts from", effective_on),
                ("Valid until", valid_until),
            ),
            closing="Not for you, or a question? Just reply to this mail.",
        )
    )


def change_accepted(
    firm: str,
    reader: str,
    number: str,
    title: str,
    scope: str,
    accepted_by: str,
    accepted_at: str,
    document_hash: str,
    link: str,
    chain_head: str = "",
) -> MailText:
    """To both sides: who accepted what and when, with the hash that proves the text."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number} is accepted",
            greeting=reader,
            opening=f"{accepted_by} has accepted the change order “{title}” to {scope}. It is part of the "
            "contract now, and its text can no longer change.",
            link=link,
            button="Open the signed document",
            facts=(
                ("Number", number),
                ("Accepted by", accepted_by),
                ("Accepted at", accepted_at),
                ("SHA-256 of the text", document_hash),
                ("Seal of the evidence", chain_head),
            ),
            closing="Keep this mail: its hash shows later that the text is still the same.",
        )
    )


def change_declined(
    firm: str, reader: str, number: str, title: str, declined_by: str, reason: str, link: str
) -> MailText:
    """To who sent a change order: the client said no, and why."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number} is declined",
            greeting=reader,
            opening=f"{declined_by} has declined the change order “{title}”.",
            link=link,
            button="Open it",
            facts=(("Number", number), ("Title", title)),
            quote=reason,
            closing="Take it back to change it, then send it again.",
        )
    )


def change_question(
    firm: str, reader: str, number: str, title: str, asked_by: str, question: str, link: str
) -> MailText:
    """To who sent a change order: the client asks something."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number}: a question from {asked_by}",
            greeting=reader,
            opening=f"{asked_by} asks about the change order “{title}”.",
            link=link,
            button="Answer it",
            facts=(("Number", number), ("Title", title)),
            quote=question,
        )
    )


def change_answer(
    firm: str, reader: str, number: str, title: str, answered_by: str, answer: str, link: str
) -> MailText:
    """To the contact who asked about a change order: the answer."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number}: the answer to your question",
            greeting=reader,
            opening=f"{answered_by} has answered your question about “{title}”.",
            link=link,
            button="Read the change order",
            facts=(("Number", number), ("Title", title)),
            quote=answer,
        )
    )
