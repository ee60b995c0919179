"""One's own password, sessions and API tokens."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.tables import Cell, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.identity import SessionRow, TokenRow, frame, own_sessions, own_tokens
from psa_app.services.identity.own_password import change_password, count_password_guess
from psa_app.services.identity.sessions import end_session, sign_out_everywhere
from psa_app.services.identity.tokens import make_token, revoke_token
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.guard import session_id

TERMS = {"30": 30, "90": 90, "366": 366, "": None}


class ProfileState(rx.State):
    """The profile page; `secret` holds a new token's text until the dialog is closed."""

    email: str = ""
    sessions: list[Row] = []
    tokens: list[Row] = []
    may_have_tokens: bool = False
    password_errors: dict[str, str] = {}
    password_form: int = 0  # grows once a password is changed: the form is then new and empty
    token_errors: dict[str, str] = {}
    making: bool = False
    secret: str = ""
    _zone: str = "UTC"

    @rx.event
    @allow("profile.change")
    async def load(self) -> None:
        """Loads sessions and tokens."""
        await self._load()

    async def _load(self) -> None:
        who = actor()
        facts = await read(frame)
        self._zone = facts.time_zone if facts else "UTC"
        self.email = who.email
        self.may_have_tokens = may(who, "tokens.own")
        here = session_id.get()
        self.sessions = [_session_row(one, here, self._zone) for one in await read(own_sessions)]
        if self.may_have_tokens:
            self.tokens = [_token_row(one, self._zone) for one in await read(own_tokens)]

    @rx.event
    @allow("profile.change")
    async def change(self, data: dict[str, Any]) -> None:
        """Changes the password; all other sessions end."""
        current, new = str(data.get("current", "")), str(data.get("new", ""))
        keep = session_id.get()
        try:
            if not current or not new:
                raise Invalid("Fill this in.", "new" if current else "current")
            await write(count_password_guess)
            await write(
                lambda session, who: change_password(
                    session, who, current=current, new=new, keep_session=keep
                )
            )
        except PsaError as error:
            self.password_errors = field_errors(error)
            return
        self.password_errors = {}
        self.password_form += 1
        await self._load()
        await say(self, "Your password is changed. Everywhere else you are signed out.")

    @rx.event
    @allow("profile.change")
    async def end(self, row_id: str) -> Any:
        """Ends one session; ending this one leads to the sign-in page."""
        chosen = int(row_id) if row_id.isascii() and row_id.isdecimal() else 0
        await write(lambda session, who: end_session(session, who, chosen))
        if chosen == session_id.get():
            return rx.redirect(routes.SIGN_IN)
        await self._load()
        await say(self, "That session is ended.")
        return None

    @rx.event
    @allow("profile.change")
    async def end_all(self) -> Any:
        """Ends every session, this one too."""
        await write(sign_out_everywhere)
        return rx.redirect(routes.SIGN_IN)

    @rx.event
    @allow("tokens.own")
    def ask_token(self) -> None:
        """Opens the dialog for a new token."""
        self.making, self.secret, self.token_errors = True, "", {}

    @rx.event
    @allow("tokens.own")
    def close_token(self) -> None:
        """Closes the dialog; the secret is gone for good."""
        self.making, self.secret = False, ""

    @rx.event
    @allow("tokens.own")
    async def make(self, data: dict[str, Any]) -> None:
        """Makes a token and shows its secret, once."""
        values = form_values(data, ("name", "scopes", "term"))
        days = TERMS.get(values["term"], 90)
        try:
            token = await write(
                lambda session, who: make_token(
                    session, who, name=values["name"], scopes=values["scopes"], expires_in_days=days
                )
            )
        except PsaError as error:
            self.token_errors = field_errors(error)
            return
        self.secret, self.token_errors = token.secret, {}
        await self._load()

    @rx.event
    @allow("tokens.own")
    async def revoke(self, row_id: str) -> None:
        """Ends a token at once."""
        chosen = int(row_id) if row_id.isascii() and row_id.isdecimal() else 0
        await write(lambda session, who: revoke_token(session, who, chosen))
        await self._load()
        await say(self, "The token no longer works.")


def _session_row(one: SessionRow, here: int, zone: str) -> Row:
    place = Cell(device(one.agent), "this browser" if one.id == here else "")
    cells = [
        place,
        Cell(one.address or "–"),
        Cell(_at(one.created_at, zone)),
        Cell(_at(one.last_seen_at, zone)),
    ]
    return Row(str(one.id), cells, name=device(one.agent))


def _token_row(one: TokenRow, zone: str) -> Row:
    scopes = "Read and write" if "write" in one.scopes else "Read only"
    cells = [
        Cell(one.name),
        Cell(scopes),
        Cell(_at(one.last_used_at, zone) if one.last_used_at else "never"),
        Cell(_at(one.expires_at, zone) if one.expires_at else "never"),
    ]
    return Row(str(one.id), cells, name=one.name)


def _at(instant: datetime, zone: str) -> str:
    return words.moment(instant, ZoneInfo(zone))


def device(agent: str) -> str:
    """A browser in words, from what it says of itself: "Firefox on Windows"."""
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in agent), "A program")
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} on {system}" if system else browser
