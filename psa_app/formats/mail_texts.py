"""The words of every mail (what it looks like: `mail_letters.py`)."""

from psa_app.formats.mail_letters import Letter as _Draft
from psa_app.formats.mail_letters import MailText
from psa_app.formats.mail_letters import mail_of as _mail

__all__ = ["MailText"]


def sow_to_accept(
    firm: str, reader: str, number: str, title: str, link: str, valid_until: str = ""
) -> MailText:
    """To a client contact: a SOW waits to be read and accepted."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number}: please read and accept",
            greeting=reader,
            opening=f"{firm} has sent you the statement of work “{title}”. Please read it and, if you agree, "
            "accept it.",
            link=link,
            button="Read and accept",
            facts=(("Number", number), ("Title", title), ("Valid until", valid_until)),
            closing="Not for you, or a question? Just reply to this mail.",
        )
    )


def sow_accepted(
    firm: str,
    reader: str,
    number: str,
    title: str,
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
            opening=f"{accepted_by} has accepted the statement of work “{title}”. "
            "Its text can no longer change.",
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


def sow_declined(
    firm: str, reader: str, number: str, title: str, declined_by: str, reason: str, link: str
) -> MailText:
    """To who sent a SOW: the client said no, and why."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number} is declined",
            greeting=reader,
            opening=f"{declined_by} has declined the statement of work “{title}”.",
            link=link,
            button="Open it",
            facts=(("Number", number), ("Title", title)),
            quote=reason,
            closing="Take it back to change it, then send it again.",
        )
    )


def quote_to_accept(
    firm: str, reader: str, number: str, title: str, total: str, link: str, valid_until: str = ""
) -> MailText:
    """To a client contact: a quote waits to be read and answered."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number}: our quote for {title}",
            greeting=reader,
            opening=f"{firm} has sent you a quote for “{title}”. Choose what you want of it, ask what is "
            "unclear, and accept it where you read it.",
            link=link,
            button="Read and answer",
            facts=(("Number", number), ("Total as proposed", total), ("Valid until", valid_until)),
            closing="Not for you, or a question? Just reply to this mail.",
        )
    )


def quote_accepted(
    firm: str,
    reader: str,
    number: str,
    title: str,
    total: str,
    accepted_by: str,
    accepted_at: str,
    document_hash: str,
    link: str,
    chain_head: str = "",
) -> MailText:
    """To both sides: who accepted which choice of a quote and when, with the hash that proves it."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number} is accepted",
            greeting=reader,
            opening=f"{accepted_by} has accepted the quote “{title}”. Its text and the choices can no "
            "longer change.",
            link=link,
            button="Open the accepted quote",
            facts=(
                ("Number", number),
                ("Total", total),
                ("Accepted by", accepted_by),
                ("Accepted at", accepted_at),
                ("SHA-256 of the text", document_hash),
                ("Head of the chain", chain_head),
            ),
            closing="Keep this mail: with the hash anyone can check that the text is the one agreed.",
        )
    )


def quote_declined(
    firm: str, reader: str, number: str, title: str, declined_by: str, reason: str, link: str
) -> MailText:
    """To who sent a quote: the client said no, and why."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number} is declined",
            greeting=reader,
            opening=f"{declined_by} has declined the quote “{title}”.",
            link=link,
            button="Open it",
            facts=(("Number", number), ("Title", title)),
            quote=reason,
            closing="Make a new version of it to change what did not fit.",
        )
    )


def quote_question(
    firm: str, reader: str, number: str, title: str, asked_by: str, question: str, link: str
) -> MailText:
    """To who sent a quote: the client asks something."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number}: a question from {asked_by}",
            greeting=reader,
            opening=f"{asked_by} asks about the quote “{title}”.",
            link=link,
            button="Answer it",
            facts=(("Number", number), ("Title", title)),
            quote=question,
        )
    )


def quote_answer(
    firm: str, reader: str, number: str, title: str, answered_by: str, answer: str, link: str
) -> MailText:
    """To the contact who asked about a quote: the answer."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"{number}: the answer to your question",
            greeting=reader,
            opening=f"{answered_by} has answered your question about “{title}”.",
            link=link,
            button="Read the quote",
            facts=(("Number", number), ("Title", title)),
            quote=answer,
        )
    )


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


def invoice_issued(
    firm: str, reader: str, number: str, amount: str, due: str, link: str, order: str = "", test: bool = False
) -> MailText:
    """To a client contact: an invoice, its amount and due date. `order`: purchase-order number."""
    return _mail(
        _Draft(
            firm=firm,
            subject=f"Invoice {number} from {firm}",
            greeting=reader,
            opening=f"Here is invoice {number} over {amount}, due on {due}.",
            link=link,
            button="See the invoice",
            facts=(("Invoice", number), ("Amount", amount), ("Due", due), ("Your order", order)),
            closing="Thank you for working with us.",
            test=test,
        )
    )


def payment_received(
    firm: str,
    reader: str,
    number: str,
    amount: str,
    received: str,
    link: str,
    still_open: str = "",
    test: bool = False,
) -> MailText:
    """To a client contact: what came in and, if the invoice is not yet paid, what is left."""
    rest = f" {still_open} is still open." if still_open else " The invoice is paid."
    return _mail(
        _Draft(
            firm=firm,
            subject=f"Payment received for invoice {number}",
            greeting=reader,
            opening=f"We have received {amount} for invoice {number}.{rest}",
            link=link,
            button="See the invoice",
            facts=(
                ("Invoice", number),
                ("Received", amount),
                ("On", received),
                ("Still open", still_open),
            ),
            closing="Thank you.",
            test=test,
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
