"""Papers to PDF/A-3b by Typst, with the fonts that lie beside this package and no others."""

import base64
import dataclasses
import json
import re
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from psa_app.errors import Invalid
from psa_app.gateways.pdf import factur_x
from psa_app.gateways.pdf.papers import InvoicePaper, Paper, SowPaper

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parent
FONTS = TEMPLATES.parent / "pdf_fonts"
TEST_MARK = "TEST – sandbox"

_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_IMAGES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
# Typst's compiler is not made for two threads at once.
_lock = threading.Lock()


def render_invoice(paper: InvoicePaper, more_fonts: Path | None = None, *, xml: str = "") -> bytes:
    """An invoice as PDF. `more_fonts`: a folder of TTF or OTF files for letters Inter lacks; `xml`: the
    electronic invoice that the file carries (Factur-X).

    Raises `Invalid` when no font has a letter, when the logo is neither PNG nor JPEG, or
    when the accent is no colour.
    """
    drawn = _render("invoice.typ", paper, more_fonts, xml)
    return factur_x.marked(drawn) if xml else drawn


def render_sow(paper: SowPaper, more_fonts: Path | None = None) -> bytes:
    """A SOW as PDF; arguments and errors as for `render_invoice`."""
    return _render("sow.typ", paper, more_fonts)


def render_quote(paper: SowPaper, more_fonts: Path | None = None) -> bytes:
    """A quote as PDF, made of sections as a SOW is; arguments and errors as for `render_invoice`."""
    return _render("quote.typ", paper, more_fonts)


def unprintable(text: str, more_fonts: Path | None = None) -> str:
    """The letters of a text that no font has, each once, in their order ("" when all print)."""
    import typst

    printable = _printable(more_fonts)
    letters = "".join(letter for letter in dict.fromkeys(clean(text)) if letter not in printable)
    if not letters:
        return ""
    try:
        _compile("glyphs.typ", letters, 0, more_fonts)
    except typst.TypstError as error:
        missing = _missing(error, letters)
        if not missing:
            raise
        return missing
    printable.update(letters)
    return ""


@cache
def _printable(_more_fonts: Path | None) -> set[str]:
    """Letters that have been found to print: asking Typst again would take as long as a page."""
    return set()


def clean(text: str) -> str:
    """Text as it is printed: composed (NFC), without control signs and hidden changes of direction."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    left_out = {
        ord(c): None
        for c in set(composed) - {"\n"}
        if unicodedata.category(c) in ("Cc", "Cs") or c in _HIDDEN
    }
    return composed.translate(left_out) if left_out else composed


def _render(template: str, paper: Paper, more_fonts: Path | None, xml: str = "") -> bytes:
    import typst

    data = _as_data(paper)
    try:
        return _compile(template, data, int(paper.stamp.timestamp()), more_fonts, xml)
    except typst.TypstError as error:
        missing = _missing(error, json.dumps(data, ensure_ascii=False))
        if not missing:
            raise
        raise Invalid(
            f"The PDF has no letters for “{missing}”. Write the text in letters of the Latin, Greek or "
            "Cyrillic alphabet, or add a font that has them."
        ) from error


def _compile(template: str, data: object, timestamp: int, more_fonts: Path | None, xml: str = "") -> bytes:
    compiler = _compiler(template, more_fonts)
    with _lock:
        made = compiler.compile(
            sys_inputs={"data": json.dumps(data), "xml": xml},
            format="pdf",
            pdf_standards=["a-3b"],
            timestamp=timestamp,
        )
    return cast(bytes, made)


def _as_data(paper: Paper) -> dict[str, Any]:
    """The paper for the template: strings cleaned, pictures as SVG, marks in one list."""
    if not _COLOUR.fullmatch(paper.accent):
        raise Invalid("Give the colour as # and six digits, such as #3a5bc7.", "accent")
    plain = dataclasses.replace(paper, logo=b"")
    data: dict[str, Any] = _cleaned({**dataclasses.asdict(plain), "stamp": ""})
    data["longest_word"] = _longest_word(data)
    data["logo"] = _logo_svg(paper.logo)
    data["initial"] = clean(paper.seller.name.strip())[:1].upper()
    data["marks"] = ([TEST_MARK] if paper.test_mark else []) + data["marks"]
    return data


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part) for part in value]
    return value


def _longest_word(value: Any) -> int:
    """Length of the longest word on the paper: breaking words costs time, so only where needed."""
    if isinstance(value, str):
        return max(map(len, value.split()), default=0)
    if isinstance(value, dict):
        return max((_longest_word(part) for key, part in value.items() if key != "qr_svg"), default=0)
    if isinstance(value, list):
        return max(map(_longest_word, value), default=0)
    return 0


def _logo_svg(logo: bytes) -> str:
    """A picture in an SVG of our own: inputs are text, and a raw SVG from outside never enters."""
    if not logo:
        return ""
    kind = next((mime for start, mime in _IMAGES.items() if logo.startswith(start)), None)
    if kind is None:
        raise Invalid("The logo must be a PNG or JPEG picture.", "logo")
    picture = base64.b64encode(logo).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 48">'
        '<image width="160" height="48" preserveAspectRatio="xMinYMid meet" '
        f'href="data:{kind};base64,{picture}"/></svg>'
    )


def _missing(error: "typst.TypstError", text: str) -> str:
    """The letters that the error names, in the order of the text."""
    named = set(_NO_GLYPH.findall(error.diagnostic))
    return "".join(dict.fromkeys(c for c in text if c in named))


@cache
def _compiler(template: str, more_fonts: Path | None) -> "typst.Compiler":
    import typst

    return typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(more_fonts))


@cache
def _fonts(more_fonts: Path | None) -> "typst.Fonts":
    import typst

    folders = [FONTS] if more_fonts is None else [FONTS, more_fonts]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
