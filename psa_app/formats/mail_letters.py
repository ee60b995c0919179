"""What every mail looks like: plain text and the same as HTML, made from finished text.

Values are data. A sign in a value never becomes markup, a placeholder or a line of its own
where one line is meant.
"""

import re
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from psa_app.errors import Invalid
from psa_app.formats import languages

INK, INK_2, LINE, ACCENT, SUNKEN = "#1b1b18", "#5f5f58", "#e6e6e2", "#3a5bc7", "#f4f4f2"
FONT = "Inter, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
_GAP = re.compile(r"[\x00-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


class MailText(NamedTuple):
    """A subject of one line and the two bodies."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Letter:
    """What a mail says: `facts` are labels with values, `quote` someone else's words."""

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
    language: str = "en"


def mail_of(draft: Letter) -> MailText:
    """The mail. Raises `Invalid` for a link that is no address of the web."""
    if not draft.link.startswith(("https://", "http://")):
        raise Invalid("A link in a mail starts with https://.", "link")
    mark = "[TEST] " if draft.test else ""
    return MailText(mark + _line(draft.subject), _text(draft), _html(draft))


def _line(text: str) -> str:
    """The text in one line; a no-break space stays, so that "6:30 h" holds together."""
    return _GAP.sub(" ", text).strip()


def _paragraphs(text: str) -> list[str]:
    """What stands between blank lines, each in one line."""
    return [line for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if (line := _line(part))]


def _greeting(draft: Letter) -> str:
    name = _line(draft.greeting)
    hello = languages.of(draft.language).hello
    return f"{hello} {name}," if name else f"{hello},"


def _facts(draft: Letter) -> list[tuple[str, str]]:
    return [(label, _line(value)) for label, value in draft.facts if value]


def _text(draft: Letter) -> str:
    parts = [languages.of(draft.language).test] if draft.test else []
    parts += [_greeting(draft), *_paragraphs(draft.opening)]
    if draft.quote:
        parts.append("\n".join(f"> {_line(row)}" for row in draft.quote.splitlines()))
    facts = _facts(draft)
    if facts:
        parts.append("\n".join(f"{label}: {value}" for label, value in facts))
    parts += [f"{draft.button}:\n{_line(draft.link)}", _line(draft.closing), _line(draft.firm)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(draft: Letter) -> str:
    mark = (
        _paragraph(f"<strong>{escape(languages.of(draft.language).test)}</strong>", "#8f5f00")
        if draft.test
        else ""
    )
    body = (
        mark
        + _paragraph(escape(_greeting(draft)))
        + "".join(_paragraph(escape(one)) for one in _paragraphs(draft.opening))
        + _quote_html(draft.quote)
        + _facts_html(_facts(draft))
        + _button_html(draft.button, _line(draft.link))
        + _paragraph(escape(_line(draft.closing)), INK_2)
    )
    firm = escape(_line(draft.firm))
    return (
        f'<!doctype html><html lang="{languages.code(draft.language)}"><head><meta charset="utf-8">'
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
