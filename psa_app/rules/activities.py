"""Rules of activities: what was said and done with a client, and what is still to do."""

from datetime import date, datetime, timedelta

from psa_app.errors import Conflict, Invalid
from psa_app.rules import fields

KINDS = (("call", "Call"), ("meeting", "Meeting"), ("note", "Note"), ("mail", "Mail"), ("todo", "To-do"))
MAX_SUBJECT, MAX_BODY = 200, 20_000
_OWN_FOR = timedelta(days=1)  # as long a slip can be taken back
_AHEAD = timedelta(days=366)


def kind(value: str) -> str:
    """One of the kinds. Raises `Invalid`."""
    if value not in dict(KINDS):
        raise Invalid("Choose call, meeting, note, mail or to-do.", "kind")
    return value


def check(what: str, subject: str, body: str, due_on: date | None) -> tuple[str, str]:
    """Subject and body as they are kept: plain text, whatever they hold. Raises `Invalid`."""
    subject = fields.text(subject, "subject", MAX_SUBJECT)
    body = fields.text(body, "body", MAX_BODY, required=False, multiline=True)
    if due_on is not None and what != "todo":
        raise Invalid("Only a to-do has a due date. Leave it empty, or choose To-do.", "due_on")
    return subject, body


def check_at(at: datetime, now: datetime) -> None:
    """A meeting may lie ahead, but not for more than a year; nothing happened before 1990."""
    if at.tzinfo is None:
        raise Invalid("Give the time with its zone, such as 2026-11-23T09:00:00+01:00.", "at")
    if at > now + _AHEAD or at.year < 1990:
        raise Invalid("This time is too far away. Check the year.", "at")


def check_delete(what: str, made_at: datetime, now: datetime, *, is_own: bool) -> None:
    """Only what someone wrote themselves within the last day can be taken back. Raises `Conflict`."""
    if not is_own:
        raise Conflict("Only who wrote this can delete it. Change it, or add a note.")
    if now - made_at > _OWN_FOR:
        word = dict(KINDS)[what].lower()
        raise Conflict(f"This {word} is older than a day and stays in the timeline. Change it instead.")
