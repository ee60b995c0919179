"""Checking many fields before saying what is wrong, so that a person corrects them all at once."""

from collections.abc import Callable
from typing import TypeVar

from psa_app.errors import Invalid, Problems

T = TypeVar("T")


class FieldProblems:
    """What is wrong so far, a sentence for each field."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def tried(self, check: Callable[[], T], otherwise: T) -> T:
        """What `check` gives, or `otherwise` when it raises `Invalid`, which is kept."""
        try:
            return check()
        except Invalid as error:
            self.say(error.field, error.sentence)
            return otherwise

    def say(self, field: str, sentence: str) -> None:
        """Keeps the first sentence on a field."""
        self.fields.setdefault(field, sentence)

    def stop_if_any(self) -> None:
        """Raises `Invalid` for one problem, `Problems` for several, nothing for none."""
        if len(self.fields) == 1:
            ((field, sentence),) = self.fields.items()
            raise Invalid(sentence, field)
        if self.fields:
            raise Problems("Some fields are not right.", dict(self.fields))
