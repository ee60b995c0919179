"""The pages before one is signed in: signing in, asking for a new password, choosing one."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.config import settings
from psa_app.errors import NotFound, PsaError
from psa_app.queries.identity import Door, door
from psa_app.services.identity import cookies
from psa_app.services.identity.links import accept, link_holder, request_reset
from psa_app.state.areas import ROLES
from psa_app.state.base import NOBODY, actor_or_none, field_errors, form_values, public, read, write
from psa_app.state.guard import client_address, cookie_header

PROBLEMS = {
    "wrong": "The address and the password do not fit together.",
    "busy": "The database is busy. Please try again in a moment.",
}


@dataclass(frozen=True)
class DemoSignIn:
    """One button of the demo firm: a click signs in."""

    role: str
    name: str
    email: str


class DoorState(rx.State):
    """The firm's name, for all pages before one is signed in."""

    firm: str = ""
    mark: str = ""
    demo: list[DemoSignIn] = []

    @rx.event
    @public
    async def load(self) -> None:
        """Loads the firm's name, and the demo's sign-ins outside production."""
        facts = await read(lambda session, _: door(session), NOBODY)
        if facts is None:
            return
        self.firm, self.mark = facts.firm, facts.firm[:1].upper()
        self.demo = [] if settings().production else _demo(facts)


def _demo(facts: Door) -> list[DemoSignIn]:
    return [DemoSignIn(ROLES[role], name, email) for role, name, email in facts.demo]


class SignInState(rx.State):
    """The form itself is posted by the browser to /auth/login; this says how the last try went."""

    problem: str = ""
    told: str = ""
    email: str = ""
    next: str = ""
    again: str = ""  # where a tab goes whose session ended while the browser may have a new one

    @rx.event
    @public
    def load(self) -> Any:
        """Reads what the address says; someone with a session is led on."""
        asked = self.router.url.query_parameters
        wanted = routes.safe_next(asked.get("next"))
        who = actor_or_none()
        if who is not None:
            home = routes.PORTAL if who.role == "client" else routes.HOME
            return rx.redirect(home if wanted == routes.HOME else wanted, replace=True)
        header = cookie_header()
        self.next = "" if wanted == routes.HOME else wanted
        self.again = routes.with_query(routes.AUTH_AGAIN, next=wanted) if cookies.token_in(header) else ""
        self.problem = _problem(asked.get("problem", ""), asked.get("seconds", ""))
        self.told = "Your password is set. Sign in with it." if asked.get("told") == "set" else ""
        self.email = cookies.tried_address(header) if self.problem else ""
        return None


def _problem(code: str, seconds: str) -> str:
    if code != "wait":
        return PROBLEMS.get(code, "")
    wait = int(seconds) if seconds.isascii() and seconds.isdecimal() and len(seconds) < 5 else 60
    words = f"{wait} seconds" if wait < 90 else f"{-(-wait // 60)} minutes"
    return f"Too many attempts. Please wait {words}, then try again."


class ResetState(rx.State):
    """Asking for a mail with a link; the answer is the same for every address."""

    asked_for: str = ""
    errors: dict[str, str] = {}

    @rx.event
    @public
    def load(self) -> None:
        """An empty form."""
        self.asked_for, self.errors = "", {}

    @rx.event
    @public
    async def ask(self, data: dict[str, Any]) -> None:
        """Promises the mail, if the address is someone's."""
        email = form_values(data, ("email",))["email"][:254]
        if "@" not in email:
            self.errors = {"email": "Type the e-mail address that you sign in with."}
            return
        address = client_address()
        try:
            await write(lambda session, _: request_reset(session, email, address), NOBODY)
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.asked_for, self.errors = email, {}


class WelcomeState(rx.State):
    """Choosing a password by the link of an invitation or a reset."""

    email: str = ""
    gone: str = ""
    errors: dict[str, str] = {}
    _token: str = ""

    @rx.event
    @public
    async def load(self) -> None:
        """Finds out whose link it is, or says that it no longer holds."""
        token = str(self.router.url.query_parameters.get("token", ""))
        self.email, self.gone, self.errors, self._token = "", "", {}, token
        try:
            self.email = await read(lambda session, _: link_holder(session, token), NOBODY)
        except NotFound as error:
            self.gone = error.sentence

    @rx.event
    @public
    async def choose(self, data: dict[str, Any]) -> Any:
        """Sets the password, once, and leads to the sign-in page."""
        token, address = self._token, client_address()
        password = data.get("password")
        if not isinstance(password, str) or not password:
            self.errors = {"password": "Choose a password."}
            return None
        try:
            await write(lambda session, _: accept(session, token, password, address), NOBODY)
        except NotFound as error:
            self.gone = error.sentence
            return None
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        return rx.redirect(routes.with_query(routes.SIGN_IN, told="set"))
