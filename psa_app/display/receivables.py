"""What was said about an open invoice, as a form shows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """The form of one invoice; `note` and days as typed."""

    number: str = ""
    promised_on: str = ""
    is_disputed: bool = False
    is_paused: bool = False
    note: str = ""
