"""The words of the mails about a scope, a quote or a change order: sent, answered, asked about.

What the three say alike stands once; what each says in its own way is data.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from psa_app.formats.mail_letters import Letter, MailText, mail_of


class Document(NamedTuple):
    """A kind of document in the words of its mails."""

    noun: str
    signed: str  # what acceptance means, and the press that opens it
    open_signed: str
    keep: str
    after_no: str


SOW = Document(
    "statement of work",
    "Its text can no longer change.",
    "Open the signed document",
    "Keep this mail: its hash shows later that the text is still the same.",
    "Take it back to change it, then send it again.",
)
QUOTE = Document(
    "quote",
    "Its text and the choices can no longer change.",
    "Open the accepted quote",
    "Keep this mail: with the hash anyone can check that the text is the one agreed.",
    "Make a new version of it to change what did not fit.",
)
CHANGE = SOW._replace(
    noun="change order", signed="It is part of the contract now, and its text can no longer change."
)


def sow_to_accept(
    firm: str, reader: str, number: str, title: str, link: str, valid_until: str = ""
) -> MailText:
    """To a client contact: a SOW waits to be read and accepted."""
    return _to_accept(
        firm,
        reader,
        f"{number}: please read and accept",
        f"{firm} has sent you the statement of work “{title}”. Please read it and, if you agree, accept it.",
        link,
        (("Number", number), ("Title", title), ("Valid until", valid_until)),
        button="Read and accept",
    )


def quote_to_accept(
    firm: str, reader: str, number: str, title: str, total: str, link: str, valid_until: str = ""
) -> MailText:
    """To a client contact: a quote waits to be read and answered."""
    return _to_accept(
        firm,
        reader,
        f"{number}: our quote for {title}",
        f"{firm} has sent you a quote for “{title}”. Choose what you want of it, ask what is unclear, and "
        "accept it where you read it.",
        link,
        (("Number", number), ("Total as proposed", total), ("Valid until", valid_until)),
    )


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
    facts = (
        ("Number", number),
        ("Contract value so far", before),
        ("With this change", after),
        ("Counts from", effective_on),
        ("Valid until", valid_until),
    )
    return _to_accept(
        firm,
        reader,
        f"{number}: please read and accept",
        f"{firm} has sent you the change order “{title}” to {scope}. Read what changes, ask what is unclear "
        "and, if you agree, accept it.",
        link,
        facts,
    )


def _to_accept(
    firm: str,
    reader: str,
    subject: str,
    opening: str,
    link: str,
    facts: tuple[tuple[str, str], ...],
    button: str = "Read and answer",
) -> MailText:
    closing = "Not for you, or a question? Just reply to this mail."
    return mail_of(Letter(firm, subject, reader, opening, link, button, facts, closing=closing))


def _accepted(
    document: Document,
    firm: str,
    reader: str,
    number: str,
    title: str,
    accepted_by: str,
    accepted_at: str,
    document_hash: str,
    link: str,
    chain_head: str = "",
    total: str = "",
    scope: str = "",
) -> MailText:
    """To both sides: who accepted what and when, with the hash that proves the text."""
    which = f"“{title}” to {scope}" if scope else f"“{title}”"
    return mail_of(
        Letter(
            firm=firm,
            subject=f"{number} is accepted",
            greeting=reader,
            opening=f"{accepted_by} has accepted the {document.noun} {which}. {document.signed}",
            link=link,
            button=document.open_signed,
            facts=(
                ("Number", number),
                ("Total", total),
                ("Accepted by", accepted_by),
                ("Accepted at", accepted_at),
                ("SHA-256 of the text", document_hash),
                ("Seal of the evidence", chain_head),
            ),
            closing=document.keep,
        )
    )


def _declined(
    document: Document,
    firm: str,
    reader: str,
    number: str,
    title: str,
    declined_by: str,
    reason: str,
    link: str,
) -> MailText:
    """To who sent it: the client said no, and why."""
    return mail_of(
        Letter(
            firm=firm,
            subject=f"{number} is declined",
            greeting=reader,
            opening=f"{declined_by} has declined the {document.noun} “{title}”.",
            link=link,
            button="Open it",
            facts=(("Number", number), ("Title", title)),
            quote=reason,
            closing=document.after_no,
        )
    )


def _question(
    document: Document,
    firm: str,
    reader: str,
    number: str,
    title: str,
    asked_by: str,
    question: str,
    link: str,
) -> MailText:
    """To who sent it: the client asks something."""
    return mail_of(
        Letter(
            firm=firm,
            subject=f"{number}: a question from {asked_by}",
            greeting=reader,
            opening=f"{asked_by} asks about the {document.noun} “{title}”.",
            link=link,
            button="Answer it",
            facts=(("Number", number), ("Title", title)),
            quote=question,
        )
    )


def _answer(
    document: Document,
    firm: str,
    reader: str,
    number: str,
    title: str,
    answered_by: str,
    answer: str,
    link: str,
) -> MailText:
    """To the contact who asked: the answer."""
    return mail_of(
        Letter(
            firm=firm,
            subject=f"{number}: the answer to your question",
            greeting=reader,
            opening=f"{answered_by} has answered your question about “{title}”.",
            link=link,
            button=f"Read the {document.noun}",
            facts=(("Number", number), ("Title", title)),
            quote=answer,
        )
    )


TEXTS: dict[str, Callable[..., MailText]] = {
    "sow_to_accept": sow_to_accept,
    "sow_accepted": partial(_accepted, SOW),
    "sow_declined": partial(_declined, SOW),
    "quote_to_accept": quote_to_accept,
    "quote_accepted": partial(_accepted, QUOTE),
    "quote_declined": partial(_declined, QUOTE),
    "quote_question": partial(_question, QUOTE),
    "quote_answer": partial(_answer, QUOTE),
    "change_to_accept": change_to_accept,
    "change_accepted": partial(_accepted, CHANGE),
    "change_declined": partial(_declined, CHANGE),
    "change_question": partial(_question, CHANGE),
    "change_answer": partial(_answer, CHANGE),
}
