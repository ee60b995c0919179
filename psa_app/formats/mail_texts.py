"""The words of every mail: plain text and the same as HTML, made from finished text.

Values are data. A sign in a value never becomes markup, a placeholder or a line of its own
where one line is meant.
"""

import re
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from psa_app.errors import Invalid

INK, INK_2, LINE, ACCENT, SUNKEN = "#1b1b18", "#5f5f58", "#e6e6e2", "#3a5bc7", "#f4f4f2"
FONT = "Inter, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
_GAP = re.compile(r"[\x00-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


class MailText(NamedTuple):
    """A subject of one line and the two bodies."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Draft:
    firm: str
    subject: str
    greeting: str
    opening: str
    link: str
    button: str
    facts: tuple[tuple[str, str], ...] = ()
    quote: str = ""
    closing: str = ""
    test: bool = False


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
                ("Head of the history", chain_head),
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


def _mail(draft: _Draft) -> MailText:
    if not draft.link.startswith(("https://", "http://")):
        raise Invalid("A link in a mail starts with https://.", "link")
    mark = "[TEST] " if draft.test else ""
    return MailText(mark + _line(draft.subject), _text(draft), _html(draft))


def _line(text: str) -> str:
    """The text in one line; a no-break space stays, so that "6:30 h" holds together."""
    return _GAP.sub(" ", text).strip()


def _greeting(draft: _Draft) -> str:
    name = _line(draft.greeting)
    return f"Hello {name}," if name else "Hello,"


def _facts(draft: _Draft) -> list[tuple[str, str]]:
    return [(label, _line(value)) for label, value in draft.facts if value]


def _text(draft: _Draft) -> str:
    parts = ["TEST – no real money"] if draft.test else []
    parts += [_greeting(draft), _line(draft.opening)]
    if draft.quote:
        parts.append("\n".join(f"> {_line(row)}" for row in draft.quote.splitlines()))
    facts = _facts(draft)
    if facts:
        parts.append("\n".join(f"{label}: {value}" for label, value in facts))
    parts += [f"{draft.button}:\n{_line(draft.link)}", _line(draft.closing), _line(draft.firm)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(draft: _Draft) -> str:
    mark = _paragraph("<strong>TEST – no real money</strong>", "#8f5f00") if draft.test else ""
    body = (
        mark
        + _paragraph(escape(_greeting(draft)))
        + _paragraph(escape(_line(draft.opening)))
        + _quote_html(draft.quote)
        + _facts_html(_facts(draft))
        + _button_html(draft.button, _line(draft.link))
        + _paragraph(escape(_line(draft.closing)), INK_2)
    )
    firm = escape(_line(draft.firm))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"></head>'
        f'<body style="margin:0;padding:24px 12px;background:{SUNKEN};color:{INK};'
        f'font:15px/1.5 {FONT}">'
        '<div style="max-width:560px;margin:0 auto">'
        f'<div style="padding:0 0 12px;font-weight:600">{firm}</div>'
        f'<div style="background:#ffffff;border:1px solid {LINE};border-radius:10px;'
        f'padding:24px 24px 8px;overflow-wrap:anywhere">{body}</div></div></body></html>'
    )


def _paragraph(inner: str, colour: str = INK) -> str:
    return f'<p style="margin:0 0 16px;color:{colour}">{inner}</p>'


def _quote_html(quote: str) -> str:
    if not quote:
        return ""
    rows = "<br>".join(escape(_line(row)) for row in quote.splitlines())
    return f'<p style="margin:0 0 16px;padding:4px 0 4px 12px;border-left:3px solid {LINE}">{rows}</p>'


def _facts_html(facts: list[tuple[str, str]]) -> str:
    if not facts:
        return ""
    cell = f"padding:8px 0;border-top:1px solid {LINE};vertical-align:top"
    rows = "".join(
        f'<tr><td style="{cell};color:{INK_2};padding-right:16px">{escape(label)}</td>'
        f'<td style="{cell};text-align:right">{escape(value)}</td></tr>'
        for label, value in facts
    )
    style = "border-collapse:collapse;margin:0 0 20px"
    return f'<table role="presentation" width="100%" style="{style}">{rows}</table>'


def _button_html(label: str, link: str) -> str:
    address = escape(link)
    return (
        f'<p style="margin:0 0 8px"><a href="{address}" style="display:inline-block;background:{ACCENT};'
        'color:#ffffff;text-decoration:none;font-weight:500;border-radius:6px;padding:10px 16px">'
        f"{escape(label)}</a></p>"
        f'<p style="margin:0 0 16px;font-size:13px;color:{INK_2}">{address}</p>'
    )
