"""Every error as a problem document (RFC 9457): a sentence, and which fields it is about."""

from collections.abc import Mapping
from http import HTTPStatus

from pydantic import BaseModel
from sqlalchemy.exc import DataError, IntegrityError
from starlette.responses import JSONResponse

from psa_app.errors import (
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problems,
    PsaError,
    SignInNeeded,
    SlowDown,
)

MEDIA_TYPE = "application/problem+json"
SORRY = "Something went wrong on our side. Nothing was saved; please try again."


class FieldProblem(BaseModel):
    """What is wrong with one field; `field` is its name, with dots inside objects and lists."""

    field: str
    message: str


class Problem(BaseModel):
    """A problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    fields: list[FieldProblem] = []


class Refused(Exception):
    """A request that is refused before any service sees it."""

    def __init__(self, status: int, sentence: str, field: str = "", headers: Mapping[str, str] | None = None):
        super().__init__(sentence)
        self.status, self.sentence, self.field = status, sentence, field
        self.headers = dict(headers or {})


def problem(
    status: int,
    detail: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem as an answer."""
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        fields=[FieldProblem(field=name, message=text) for name, text in (fields or {}).items()],
    )
    return JSONResponse(body.model_dump(), status, dict(headers or {}), MEDIA_TYPE)


def problem_of(error: Exception) -> JSONResponse | None:
    """The answer to an error, None for one that nobody foresaw."""
    if isinstance(error, Refused):
        return problem(error.status, error.sentence, _about(error.field, error.sentence), error.headers)
    if isinstance(error, PsaError):
        return problem(_status(error), error.sentence, _fields(error), _headers(error))
    if isinstance(error, IntegrityError):
        return problem(409, "That clashes with something else that was saved. Read it again, then try again.")
    if isinstance(error, DataError | OverflowError):
        return problem(422, "A value is outside what can be kept.")
    return None


def _status(error: PsaError) -> int:
    for kind, status in (
        (SignInNeeded, 401),
        (Forbidden, 403),
        (NotFound, 404),
        (Conflict, 409),
        (Invalid, 422),
        (Problems, 422),
        (SlowDown, 429),
        (Busy, 503),
    ):
        if isinstance(error, kind):
            return status
    return 400


def _fields(error: PsaError) -> dict[str, str]:
    if isinstance(error, Problems):
        return error.fields
    if isinstance(error, Invalid | Conflict):
        return _about(error.field, error.sentence)
    return {}


def _about(field: str, sentence: str) -> dict[str, str]:
    return {field: sentence} if field else {}


def _headers(error: PsaError) -> dict[str, str]:
    if isinstance(error, SignInNeeded):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, SlowDown):
        return {"Retry-After": str(error.seconds)}
    return {"Retry-After": "2"} if isinstance(error, Busy) else {}
