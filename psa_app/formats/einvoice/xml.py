"""Writing XML piece by piece: an empty text writes nothing, since an empty element breaks the rules."""

import re
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from psa_app.rules import money

# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def put(parent: Element, tag: str, text: str, **attributes: str) -> None:
    """Adds an element with a text, unless the text is empty."""
    clean = _FORBIDDEN.sub("", text).strip()
    if clean:
        SubElement(parent, tag, attributes).text = clean


def inside(parent: Element, *tags: str) -> Element:
    """Adds elements one inside the other; gives the innermost."""
    for tag in tags:
        parent = SubElement(parent, tag)
    return parent


def amount(minor: int, currency: str) -> str:
    """An amount as the norm writes it: "1234.56"."""
    return money.plain(minor, currency)


def percent(ppm: int) -> str:
    """A rate in percent: 190000 is "19", 77000 is "7.7"."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04}".rstrip("0") if rest else str(whole)


def iso(day: date | None) -> str:
    """A day as UBL writes it, "" without one."""
    return day.isoformat() if day else ""


def compact(day: date | None) -> str:
    """A day as CII writes it (format 102): "20261123"."""
    return day.strftime("%Y%m%d") if day else ""


def finished(root: Element) -> bytes:
    """The whole file."""
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body
