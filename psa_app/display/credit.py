"""A line of an invoice in the form of a credit note."""

from dataclasses import dataclass, field

from psa_app.display.forms import Option


@dataclass(frozen=True)
class CreditRow:
    """What can be given back of a line: ``left`` in words, ``value`` as it is typed; time in h:mm."""

    id: str
    text: str
    sub: str = ""
    left: str = ""
    value: str = ""
    is_time: bool = False
    choice: str = ""
    choices: list[Option] = field(default_factory=list)
