"""A line of a bank statement as someone decides about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chance:
    """What a line may pay: a title, the reasons, and whether it is the one chosen."""

    key: str
    title: str
    reasons: str
    amount: str
    picked: bool = False


@dataclass(frozen=True)
class OpenPart:
    """An open invoice and how much of the line pays it, as typed."""

    name: str  # of the field
    number: str
    open: str
    due: str
    value: str = ""
    currency: str = ""
    help: str = ""
