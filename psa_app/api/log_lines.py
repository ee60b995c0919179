"""One event, one line in the log: whatever a browser sends cannot forge a second one."""

import logging
import traceback
from typing import Any

LONGEST = 4000
_ESCAPES = {
    code: repr(chr(code))[1:-1] for code in (*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029) if code != 9
}


def one_line(text: str) -> str:
    """The text with line breaks and control characters spelt out, at most 4,000 characters long."""
    clean = text.translate(_ESCAPES)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def described(error: BaseException) -> str:
    """An error in one line: what, and where it was raised, innermost place first."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    return one_line(f"{type(error).__name__}: {error} [{places}]")


def install() -> None:
    """Makes every logger of the process write single lines. Doing it again changes nothing."""
    before = logging.getLogRecordFactory()
    if getattr(before, "is_one_line", False):
        return

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = f"{record.msg} {record.args}"
        record.msg, record.args = one_line(text), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.msg = one_line(f"{record.msg} {described(record.exc_info[1])}")
            record.exc_info = None
        return record

    make.is_one_line = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make)
