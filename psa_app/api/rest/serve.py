"""One request: who asks, one transaction, the answer; a POST with a key is done once."""

import json
import logging
from typing import Any

from starlette.responses import JSONResponse, Response

from psa_app import db
from psa_app.access import Actor, may
from psa_app.api.log_lines import described
from psa_app.api.rest.call import Answer, Call
from psa_app.api.rest.operations import Operation
from psa_app.api.rest.problems import SORRY, Refused, problem, problem_of
from psa_app.errors import Busy, PsaError
from psa_app.models.resource import Resource
from psa_app.queries.own_fields import MODELS, full
from psa_app.resources import RESOURCES
from psa_app.services import remembered
from psa_app.services.identity import cookies, sessions, tokens

log = logging.getLogger("psa_app.api")


def serve(operation: Operation, call: Call) -> Response:
    """The answer to a call, whatever happens."""
    try:
        if operation.writes:
            return _write(operation, call)
        return _read(operation, call)
    except Exception as error:  # noqa: BLE001 - the last place where a problem document can be made
        return failed(error, operation.name)


def turned_away(operation: Operation, call: Call) -> Response | None:
    """The answer to who may not ask at all; None lets the body of the request be read."""
    try:
        with db.reading() as session:
            _actor(session, operation, call)
    except Exception as error:  # noqa: BLE001 - as above
        return failed(error, operation.name)
    return None


def failed(error: Exception, name: str) -> Response:
    """The problem document of an error; what nobody foresaw goes into the log."""
    answer = problem_of(error)
    if answer is None:
        log.error("%s failed: %s", name, described(error))
        return problem(500, SORRY)
    return answer


def own_resources(call: Call) -> list[Resource]:
    """The resources with own fields that the caller may see; none for who has not said who they are."""
    with db.reading() as session:
        who = _signed_in(session, call)
        if who is None and call.bearer:
            bearer = tokens.resolve_bearer(session, call.bearer, call.address, call.agent)
            who = bearer.actor if bearer is not None else None
        if who is None:
            return []
        seen = [
            RESOURCES[kind] for kind in MODELS if kind in RESOURCES and may(who, RESOURCES[kind].read_right)
        ]
        whole = [full(session, one, who) for one in seen]
    return [one for one in whole if one.fields and one.fields[-1].own_key]


def _signed_in(session: Any, call: Call) -> Actor | None:
    """Who calls from a page of ours, by its cookie."""
    if call.bearer or not call.cookies:
        return None
    who = sessions.resolve_cookie(session, cookies.token_in(call.cookies), call.address, call.agent)
    return who.actor if who is not None else None


def _read(operation: Operation, call: Call) -> Response:
    with db.reading() as session:
        actor, stale_token = _actor(session, operation, call)
        answer = operation.run(session, actor, call)
    _touch(stale_token)
    return _response(answer)


def _write(operation: Operation, call: Call) -> Response:
    with db.reading() as session:
        actor, stale_token = _actor(session, operation, call)
    _touch(stale_token)
    if not call.key or operation.method != "POST":
        with db.unit_of_work() as session:
            answer = operation.run(session, actor, call)
        return _response(answer)
    return _write_once(operation, actor, call)


def _write_once(operation: Operation, actor: Actor, call: Call) -> Response:
    with db.unit_of_work() as session:
        known = remembered.begin(session, actor, call.key, call.hash)
    if known is not None:
        return _again(*known)
    try:
        with db.unit_of_work() as session:
            answer = operation.run(session, actor, call)
            kept = json.dumps({"headers": dict(answer.headers), "value": answer.value})
            remembered.keep(session, actor, call.key, call.hash, answer.status, kept)
    except BaseException:
        _forget(actor, call.key)
        raise
    return _response(answer)


def _again(status: int, kept: str) -> Response:
    answer = json.loads(kept)
    headers = answer["headers"] | {"Idempotent-Replayed": "true"}
    return _response(Answer(status, answer["value"], headers))


def _forget(actor: Actor, key: str) -> None:
    try:
        with db.unit_of_work() as session:
            remembered.forget(session, actor, key)
    except PsaError as error:
        log.warning("a key stays taken for a while: %s", error.sentence)


def _actor(session: Any, operation: Operation, call: Call) -> tuple[Actor, int]:
    """Who calls, and the id of a token whose last use should be written down (0: none).

    A file of a list may also be had with the cookie of a page: it changes nothing.
    """
    if operation.sheet:
        who = _signed_in(session, call)
        if who is not None:
            return who, 0
    bearer = tokens.resolve_bearer(session, call.bearer, call.address, call.agent)
    if bearer is None:
        sentence = "Send a token that holds: Authorization: Bearer psa_…"
        raise Refused(401, sentence, headers={"WWW-Authenticate": "Bearer"})
    return bearer.actor, bearer.token_id if tokens.is_stale(bearer) else 0


def _touch(token_id: int) -> None:
    if token_id:
        try:
            with db.unit_of_work() as session:
                tokens.mark_used(session, token_id)
        except Busy:
            log.info("the last use of a token is written another time")


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.content is not None:
        return Response(answer.content, answer.status, headers, answer.media_type)
    if answer.status == 204:
        return Response(None, 204, headers)
    return JSONResponse(answer.value, answer.status, headers)
