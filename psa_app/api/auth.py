"""Signing in and out by plain form posts: the answer sets a cookie that no script can read."""

import asyncio
import logging
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from psa_app import db
from psa_app import routes as addresses
from psa_app.access.secrets import SESSION_LONGEST
from psa_app.config import settings
from psa_app.errors import Invalid, PsaError, SlowDown
from psa_app.services.identity import cookies, sessions, sign_in

log = logging.getLogger("psa_app.auth")


async def login(request: Request) -> Response:
    """Fields `email`, `password`, `next`. 303 to the page wanted with a new session, or back."""
    form = await _form(request)
    wanted = addresses.safe_next(form.get("next"))
    try:
        token, role = await asyncio.to_thread(_sign_in, request, form)
    except SlowDown as error:
        return _back(form, wanted, problem="wait", seconds=error.seconds)
    except Invalid:
        return _back(form, wanted, problem="wrong")
    except PsaError as error:
        log.warning("sign-in was not possible: %s", error.sentence)
        return _back(form, wanted, problem="busy")
    if role == "client" and wanted == addresses.HOME:
        wanted = addresses.PORTAL
    response = RedirectResponse(wanted, 303)
    _set_session(response, token)
    _forget(response, cookies.tried_name())
    return response


async def logout(request: Request) -> Response:
    """Ends the session on the server, empties the browser's storage, and leads to the sign-in page."""
    token = cookies.token_in(request.headers.get("cookie", ""))
    if token:
        await asyncio.to_thread(_sign_out, token)
    response = RedirectResponse(addresses.SIGN_IN, 303)
    response.headers["clear-site-data"] = '"storage"'
    _forget(response, cookies.cookie_name())
    return response


async def again(request: Request) -> Response:
    """Leads a tab whose session ended to where it was, if the browser has a new one, else to sign in."""
    wanted = addresses.safe_next(request.query_params.get("next"))
    token = cookies.token_in(request.headers.get("cookie", ""))
    holds = await asyncio.to_thread(_holds, token)
    if holds:
        return RedirectResponse(wanted, 303)
    response = RedirectResponse(addresses.with_query(addresses.SIGN_IN, next=_not_home(wanted)), 303)
    _forget(response, cookies.cookie_name())
    return response


def _sign_in(request: Request, form: dict[str, str]) -> tuple[str, str]:
    address = request.client.host[:64] if request.client else ""
    agent = request.headers.get("user-agent", "")
    with db.unit_of_work() as session:
        attempt = sign_in.begin_sign_in(session, form.get("email", ""), address)
    password = form.get("password", "")
    if not attempt.proven_by(password):
        log.warning("a sign-in failed from %s", address)
        raise Invalid(sign_in.WRONG, "password")
    old_token = cookies.token_in(request.headers.get("cookie", ""))
    new_hash = attempt.renewed(password)
    with db.unit_of_work() as session:
        done = sign_in.finish_sign_in(session, attempt, agent, old_token, new_hash)
    log.info("user %s signed in from %s", attempt.user_id, address)
    return done


def _sign_out(token: str) -> None:
    with db.unit_of_work() as session:
        sessions.sign_out(session, token)


def _holds(token: str) -> bool:
    with db.reading() as session:
        return sessions.resolve_cookie(session, token) is not None


async def _form(request: Request) -> dict[str, str]:
    try:
        text = (await request.body()).decode()
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0].replace("\x00", "") for name, values in fields.items()}


def _back(form: dict[str, str], wanted: str, problem: str, seconds: int = 0) -> Response:
    target = addresses.with_query(addresses.SIGN_IN, problem=problem, seconds=seconds, next=_not_home(wanted))
    response = RedirectResponse(target, 303)
    typed = cookies.tried_value(form.get("email", ""))
    response.set_cookie(
        cookies.tried_name(),
        typed,
        max_age=60,
        httponly=True,
        samesite="lax",
        secure=settings().secure,
        path="/",
    )
    return response


def _not_home(wanted: str) -> str:
    return "" if wanted == addresses.HOME else wanted


def _set_session(response: Response, token: str) -> None:
    response.set_cookie(
        cookies.cookie_name(),
        token,
        max_age=int(SESSION_LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings().secure,
        path="/",
    )


def _forget(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=settings().secure, httponly=True, samesite="lax")


routes = [
    Route(addresses.AUTH_LOGIN, login, methods=["POST"]),
    Route(addresses.AUTH_LOGOUT, logout, methods=["POST"]),
    Route(addresses.AUTH_AGAIN, again, methods=["GET"]),
]
