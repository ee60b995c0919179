"""Who may sign in: the owner's list."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from psa_app.display.forms import Option
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.identity import (
    Choice,
    UserRow,
    contacts_without_user,
    frame,
    people_without_user,
    users,
)
from psa_app.services.identity.users import (
    activate_user,
    change_role,
    deactivate_user,
    invite_again,
    invite_user,
)
from psa_app.state.areas import ROLES
from psa_app.state.base import allow, field_errors, form_values, read, say, write


class UsersState(rx.State):
    """The list and its three dialogs. `about` is the user that a dialog is about."""

    rows: list[Row] = []
    invited: list[str] = []  # ids of those who have no password yet
    shut: list[str] = []  # ids of those who may not sign in
    choices: list[Option] = []
    inviting: bool = False
    asking_role: bool = False
    asking_shut: bool = False
    about: str = ""
    about_name: str = ""
    about_role: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _versions: dict[str, int] = {}
    _names: dict[str, tuple[str, str]] = {}
    _chosen: dict[str, Choice] = {}

    @rx.event
    @allow("users.read")
    async def load(self) -> None:
        """Loads everyone who may or might sign in."""
        await self._load()

    async def _load(self) -> None:
        found = await read(users)
        facts = await read(frame)
        zone = ZoneInfo(facts.time_zone if facts else "UTC")
        self.rows = [_row(one, zone) for one in found]
        self.invited = [str(one.id) for one in found if not one.has_password and one.is_active]
        self.shut = [str(one.id) for one in found if not one.is_active]
        self._versions = {str(one.id): one.version for one in found}
        self._names = {str(one.id): (one.name, one.role) for one in found}
        self.is_ready = True

    @rx.event
    @allow("users.change")
    async def ask_invite(self) -> None:
        """Opens the invitation, with everyone who has no sign-in yet."""
        people, contacts = await read(people_without_user), await read(contacts_without_user)
        self._chosen = {f"person-{one.id}": one for one in people} | {
            f"contact-{one.id}": one for one in contacts
        }
        self.choices = [Option(key, one.name, one.beside or one.email) for key, one in self._chosen.items()]
        self.errors, self.inviting = {}, True
        self.form_key += 1

    @rx.event
    @allow("users.change")
    async def invite(self, data: dict[str, Any]) -> None:
        """Makes the user and promises the mail."""
        values = form_values(data, ("who", "name", "email", "role"))
        chosen = self._chosen.get(values["who"])
        kind = values["who"].partition("-")[0] if chosen else ""
        try:
            user = await write(
                lambda session, who: invite_user(
                    session,
                    who,
                    email=values["email"] or (chosen.email if chosen else ""),
                    name=values["name"] or (chosen.name if chosen else ""),
                    role="client" if kind == "contact" else values["role"],
                    person_id=chosen.id if chosen and kind == "person" else None,
                    contact_id=chosen.id if chosen and kind == "contact" else None,
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.inviting = False
        await self._load()
        await say(self, f"{user.name} gets a mail with a link. It works once, for an hour.")

    @rx.event
    @allow("users.change")
    async def invite_again(self, row_id: str) -> None:
        """Promises the invitation's mail once more."""
        await write(lambda session, who: invite_again(session, who, _id(row_id)))
        await say(self, "A new invitation is on its way; the former link no longer works.")

    @rx.event
    @allow("users.change")
    def ask_role(self, row_id: str) -> None:
        """Asks for a user's new role."""
        self._about(row_id)
        self.asking_role = bool(self.about)

    @rx.event
    @allow("users.change")
    async def set_role(self, data: dict[str, Any]) -> None:
        """Gives the user in question another role."""
        role = form_values(data, ("role",))["role"]
        version = self._versions.get(self.about, 0)
        try:
            await write(
                lambda session, who: change_role(session, who, _id(self.about), version=version, role=role)
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.asking_role = False
        await self._load()
        await say(self, f"{self.about_name} is now {ROLES[role].lower()}.")

    @rx.event
    @allow("users.change")
    def ask_shut(self, row_id: str) -> None:
        """Asks before someone is shut out."""
        self._about(row_id)
        self.asking_shut = bool(self.about)

    @rx.event
    @allow("users.change")
    async def shut_out(self) -> None:
        """Shuts the user in question out at once."""
        self.asking_shut = False
        await self._change(deactivate_user, self.about)
        await say(self, f"{self.about_name} is signed out everywhere.", undo=UsersState.let_in(self.about))

    @rx.event
    @allow("users.change")
    async def let_in(self, row_id: str) -> None:
        """Lets someone sign in again."""
        self._about(row_id)
        await self._change(activate_user, row_id)
        await say(self, f"{self.about_name} may sign in again.")

    @rx.event
    @allow("users.change")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self.inviting = self.asking_role = self.asking_shut = False
        self.errors = {}

    async def _change(self, service: Callable[..., Any], row_id: str) -> None:
        version = self._versions.get(row_id, 0)
        await write(lambda session, who: service(session, who, _id(row_id), version=version))
        await self._load()

    def _about(self, row_id: str) -> None:
        name, role = self._names.get(row_id, ("", ""))
        self.about = row_id if name else ""
        self.about_name, self.about_role, self.errors = name, role, {}
        self.form_key += 1


def _id(row_id: str) -> int:
    return int(row_id) if row_id.isascii() and row_id.isdecimal() and len(row_id) < 16 else 0


def _row(one: UserRow, zone: ZoneInfo) -> Row:
    state = "disabled" if not one.is_active else "active" if one.has_password else "invited"
    word = badge(state)
    seen = words.moment(one.last_seen_at, zone) if one.last_seen_at else "–"
    cells = [
        Cell(one.name),
        Cell(one.email),
        Cell(ROLES.get(one.role, one.role)),
        Cell(word.text, kind="badge", tone=word.tone),
        Cell(seen, kind="text" if one.last_seen_at else "muted"),
    ]
    return Row(str(one.id), cells, name=one.name)
