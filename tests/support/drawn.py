"""What stands where on the pages of a PDF, as lines of text that can be kept and compared.

A page is its size, its runs of text with their place, size and font, and the boxes of what is drawn; points
from the upper left, rounded to halves so that no machine's last digit counts.
"""

import io
import os
from pathlib import Path
from typing import Any

from pypdf import PdfReader

KEPT = Path(__file__).parents[1] / "data" / "papers"
RENEW = "PSA_RENEW_PAPERS"
_PAINTS = {b"f", b"F", b"f*", b"S", b"s", b"B", b"B*", b"b", b"b*"}


def drawn(pdf: bytes) -> str:
    """All pages as text."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(line for number, page in enumerate(pages, 1) for line in _page(number, page)) + "\n"


def check_kept(name: str, pdf: bytes) -> None:
    """Compares the pages with those kept as tests/data/papers/`name`.txt, or renews these."""
    file, found = KEPT / f"{name}.txt", drawn(pdf)
    if os.environ.get(RENEW):
        file.write_text(found)
    kept = file.read_text()
    assert found == kept, f"{name} is drawn otherwise. Look at it; if it is right, run make papers."


def _page(number: int, page: Any) -> list[str]:
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    runs: list[tuple[float, float, str]] = []
    boxes: list[tuple[float, float, float, float]] = []
    path: list[tuple[float, float]] = []

    def text(told: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if told.strip():
            x, y = _moved(cm, tm[4], tm[5])
            name = str(font["/BaseFont"]).partition("+")[2] if font else ""
            shown = f"{_half(abs(size * tm[3] * cm[3]))} {name}"
            runs.append((_half(height - y), _half(x), f"{shown} | {' '.join(told.split())}"))

    def draw(operator: bytes, operands: Any, cm: Any, _tm: Any) -> None:
        given = [float(one) for one in operands] if operator in (b"m", b"l", b"c", b"re") else []
        if operator == b"re":
            x, y, wide, high = given
            path.extend((_moved(cm, x, y), _moved(cm, x + wide, y + high)))
        elif given:
            path.extend(_moved(cm, *pair) for pair in zip(given[::2], given[1::2], strict=True))
        elif operator in _PAINTS and path:
            xs, ys = [x for x, _ in path], [height - y for _, y in path]
            boxes.append((_half(min(ys)), _half(min(xs)), _half(max(ys)), _half(max(xs))))
            path.clear()
        elif operator == b"n":
            path.clear()

    page.extract_text(visitor_text=text, visitor_operand_before=draw)
    head = f"page {number}: {_half(width)} × {_half(height)}"
    words = [f"{y} {x} {told}" for y, x, told in sorted(runs)]
    shapes = [" ".join(map(str, box)) for box in sorted(set(boxes))]
    few = shapes if len(shapes) <= 60 else [f"{len(boxes)} boxes from {shapes[0]} to {shapes[-1]}"]
    return [head, *words, *(f"box {one}" for one in few)]


def _moved(cm: Any, x: float, y: float) -> tuple[float, float]:
    return cm[0] * x + cm[2] * y + cm[4], cm[1] * x + cm[3] * y + cm[5]


def _half(value: float) -> float:
    return round(value * 2) / 2
