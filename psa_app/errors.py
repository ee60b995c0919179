"""Errors that carry a sentence for a person.

Every error that a user may meet is a `PsaError`: the page shows its sentence beside the
place, the API turns it into a problem document, the command line prints it.
"""

from dataclasses import dataclass, field


@dataclass(eq=False)
class PsaError(Exception):
    """Base of all errors with a `sentence` that says what to do."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(eq=False)
class Invalid(PsaError):
    """The input is wrong. `field` names where it was typed ("" when it is the whole form)."""

    field: str = ""


@dataclass(eq=False)
class Problems(PsaError):
    """Several fields are wrong at once: `fields` maps a field's name to its sentence."""

    fields: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class NotFound(PsaError):
    """There is no such row, or it lies outside what the actor may see: both look the same."""

    sentence: str = "There is nothing here, or it is not yours to see."


@dataclass(eq=False)
class Forbidden(PsaError):
    """The actor's role lacks the right to do this at all."""

    sentence: str = "Your role may not do this."


@dataclass(eq=False)
class SignInNeeded(PsaError):
    """Nobody is signed in."""

    sentence: str = "Please sign in first."


@dataclass(eq=False)
class Conflict(PsaError):
    """The state of things does not allow it now: already billed, already accepted, locked."""

    field: str = ""


@dataclass(eq=False)
class Stale(Conflict):
    """Somebody saved this record in the meantime."""

    sentence: str = "Someone else changed this in the meantime. Reload to see their version, then try again."


@dataclass(eq=False)
class Busy(PsaError):
    """The database or an outside service could not answer in time; nothing was changed."""

    sentence: str = "The database is busy. Nothing was saved; please try again in a moment."


@dataclass(eq=False)
class SlowDown(PsaError):
    """Too many attempts; `seconds` tells when to try again."""

    sentence: str = "Too many attempts. Please wait a moment and try again."
    seconds: int = 60
