"""The dialog that logs a call, meeting, note or mail, or adds a to-do: `ActivityForm`."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, may
from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import Invalid, PsaError
from psa_app.models import Activity
from psa_app.queries.clients.activities import one_activity, owners
from psa_app.queries.clients.one import client_choices, contacts_of
from psa_app.queries.clients.parts import chances_of
from psa_app.queries.home.facts import firm_facts
from psa_app.rules import activities as rules
from psa_app.rules import fields
from psa_app.services.clients.activities import change_activity, log_activity
from psa_app.state.base import allow, field_errors, form_values, read, say, write

WORDS = dict(rules.KINDS)
TITLES = {
    "call": "Log a call",
    "meeting": "Log a meeting",
    "note": "Write a note",
    "mail": "Log a mail",
    "todo": "Add a to-do",
}
SUBJECTS = {"todo": "What is to be done?", "note": "Subject"}
NAMES = (
    "account_id",
    "subject",
    "day",
    "time",
    "due_on",
    "owner_id",
    "contact_id",
    "opportunity_id",
    "body",
    "next",
    "next_on",
)


@dataclass(frozen=True)
class _Read:
    specs: list[FieldSpec]
    zone: str
    version: int = 0


class ActivityForm(rx.State, mixin=True):
    """Fields by kind; with a follow-up, which becomes a to-do of one's own."""

    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    form_open: bool = False
    form_title: str = ""
    form_words: str = "Save"
    form_key: int = 0
    found: list[Option] = []
    answered: str = ""
    _about: int = 0  # the client; 0 = chosen in the form
    _kind: str = ""
    _editing: int = 0
    _version: int = 0
    _zone: str = "UTC"

    async def _open(self, kind: str, client_id: int = 0, activity_id: int = 0) -> None:
        kind = rules.kind(kind) if not activity_id else kind
        made = await read(lambda session, who: _read_form(session, who, kind, client_id, activity_id))
        self._about, self._kind, self._editing = client_id, kind, activity_id
        self._version, self._zone, self.specs = made.version, made.zone, made.specs
        self.errors, self.found, self.answered = {}, [], ""
        self.form_title = f"Change the {WORDS[kind].lower()}" if activity_id else TITLES[kind]
        self.form_words = "Save" if activity_id else TITLES[kind].split(" ")[0]
        self.form_key += 1
        self.form_open = True

    async def _logged(self) -> Any:
        """What follows from a saved activity: a page says it."""

    @rx.event
    @allow("activities.change")
    async def save(self, data: dict[str, Any]) -> Any:
        """Writes it down; what is wrong stands beside its field."""
        values = form_values(data, NAMES)
        about, kind, editing = self._about, self._kind, self._editing
        version, zone = self._version, ZoneInfo(self._zone)
        try:
            if editing:
                await write(lambda s, who: _change(s, who, editing, version, values, zone))
            else:
                await write(lambda s, who: _log(s, who, kind, about, values, zone))
        except PsaError as error:
            wrong = field_errors(error)
            if "at" in wrong:
                wrong["day"] = wrong.pop("at")
            self.errors = wrong
            return None
        self.form_open = False
        await say(self, "Saved." if editing else "To-do added." if kind == "todo" else "Logged.")
        return await self._logged()

    @rx.event
    @allow("activities.change")
    async def find_link(self, _name: str, text: str) -> None:
        """Looks for the client that it is about."""
        self.found = await read(lambda session, who: _clients(session, who, text))
        self.answered = text

    @rx.event
    @allow("activities.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False


def _read_form(session: Session, who: Actor, kind: str, client_id: int, activity_id: int) -> _Read:
    facts = firm_facts(session)
    zone = ZoneInfo(facts.zone)
    one = one_activity(session, who, activity_id) if activity_id else None
    if one is not None:
        kind, client_id = one.kind, one.account_id
    specs = [_subject(kind, one)]
    if not client_id:
        specs.insert(
            0,
            FieldSpec(
                "account_id", "Client", "picker", required=True, wide=True, options=_clients(session, who, "")
            ),
        )
    specs += _todo(session, who, one) if kind == "todo" else _when(kind, one, zone)
    if client_id:
        specs += _links(session, who, client_id, one)
    specs.append(FieldSpec("body", "Notes", "textarea", one.body if one else "", wide=True))
    if one is None and kind in ("call", "meeting", "mail"):
        specs.append(FieldSpec("next", "Next step", placeholder="Send the offer", help="Becomes your to-do."))
        specs.append(FieldSpec("next_on", "Due", "date"))
    return _Read(specs, facts.zone, one.version if one else 0)


def _subject(kind: str, one: Activity | None) -> FieldSpec:
    label = SUBJECTS.get(kind, "What was it about?")
    return FieldSpec("subject", label, value=one.subject if one else "", required=True, wide=True)


def _when(kind: str, one: Activity | None, zone: ZoneInfo) -> list[FieldSpec]:
    at = (one.at if one else clock.now()).astimezone(zone)
    if kind == "note":
        return []
    return [
        FieldSpec("day", "Day", "date", at.date().isoformat(), required=True),
        FieldSpec("time", "Time", value=f"{at:%H:%M}", required=True, placeholder="14:30"),
    ]


def _todo(session: Session, who: Actor, one: Activity | None) -> list[FieldSpec]:
    chosen = one.owner_id if one else who.user_id
    options = [Option(str(key), name) for key, name in owners(session, who)]
    return [
        FieldSpec("due_on", "Due", "date", one.due_on.isoformat() if one and one.due_on else ""),
        FieldSpec("owner_id", "Whose", "choice", str(chosen or ""), options=options),
    ]


def _links(session: Session, who: Actor, client_id: int, one: Activity | None) -> list[FieldSpec]:
    """The contact and, if there are any, an opportunity that is open or was chosen before."""
    people = [Option(str(row.id), row.name, row.title) for row in contacts_of(session, who, client_id)]
    chosen = one.opportunity_id if one else None
    open_ones = [
        Option(str(row.id), row.title)
        for row in (chances_of(session, who, client_id) if may(who, "opportunities.read") else [])
        if row.outcome == "open" or row.id == chosen
    ]
    specs = [
        FieldSpec(
            "contact_id", "With", "choice", str((one.contact_id if one else None) or ""), options=people
        ),
        FieldSpec("opportunity_id", "Opportunity", "choice", str(chosen or ""), options=open_ones),
    ]
    return [replace(spec, options=[Option("", "–"), *spec.options]) for spec in specs if spec.options]


def _clients(session: Session, who: Actor, text: str) -> list[Option]:
    return [Option(str(key), name, city) for key, name, city in client_choices(session, who, text)]


def _log(
    session: Session, who: Actor, kind: str, about: int, values: dict[str, str], zone: ZoneInfo
) -> Activity:
    if not about and not values["account_id"]:
        raise Invalid("Choose the client.", "account_id")
    account_id = about or fields.whole(values["account_id"], "account_id")
    made = log_activity(session, who, account_id=account_id, kind=kind, **_given(values, zone))
    if values["next"]:
        try:
            log_activity(
                session,
                who,
                account_id=account_id,
                kind="todo",
                subject=values["next"],
                due_on=fields.optional_date(values["next_on"], "next_on"),
                contact_id=made.contact_id,
                opportunity_id=made.opportunity_id,
            )
        except Invalid as error:
            raise Invalid(error.sentence, "next_on" if error.field == "next_on" else "next") from None
    elif values["next_on"]:
        raise Invalid("Say what is to be done then, or leave the day empty.", "next")
    return made


def _change(
    session: Session, who: Actor, activity_id: int, version: int, values: dict[str, str], zone: ZoneInfo
) -> Activity:
    return change_activity(session, who, activity_id, version=version, **_given(values, zone))


def _given(values: dict[str, str], zone: ZoneInfo) -> dict[str, Any]:
    def link(name: str) -> int | None:
        return fields.optional_whole(values[name], name)

    return {
        "subject": values["subject"],
        "body": values["body"],
        "at": moment_of(values["day"], values["time"], zone),
        "due_on": fields.optional_date(values["due_on"], "due_on"),
        **{name: link(name) for name in ("owner_id", "contact_id", "opportunity_id")},
    }


def moment_of(day: str, at: str, zone: ZoneInfo) -> datetime | None:
    """The instant of a day and a time such as "14:30" or "9" in a zone; None without a day.

    Raises `Invalid` for "day" or "time".
    """
    if not day:
        return None
    hour, _, minute = at.replace(".", ":").replace("h", ":").partition(":")
    try:
        when = time(int(hour), int(minute or 0))
    except ValueError:
        raise Invalid("Type a time such as 14:30.", "time") from None
    return datetime.combine(fields.iso_date(day, "day"), when, zone).astimezone(UTC)
