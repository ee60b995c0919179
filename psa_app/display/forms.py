"""Descriptors of form fields: what the low-code form draws."""

from dataclasses import dataclass, field

MORE = "more"  # the kind of what stands before fields that are folded away


@dataclass(frozen=True)
class Option:
    """A choice: ``value`` is sent, ``label`` read, ``sub`` stands after it in grey."""

    value: str
    label: str
    sub: str = ""
    icon: str = ""


@dataclass(frozen=True)
class FieldSpec:
    """One field of a form.

    ``kind``: text, email, url, tel, textarea, money, number, percent, hours, date, choice, bool, picker (asks
    the server), find (among ``options``), suggest (the same, or any text), color, password, note (words
    without a control), more (unfolds all after it). ``value`` is text as a person types it ("1,200.00",
    "7:30", "2026-11-23", "true"); ``shown`` is a picker's label for its value. ``unit`` stands in the field
    (EUR, %, h).
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    shown: str = ""
    help: str = ""
    unit: str = ""
    placeholder: str = ""
    required: bool = False
    locked: bool = False
    wide: bool = False
    group: str = ""
    options: list[Option] = field(default_factory=list)
