"""What a request says, in plain values, and what is answered to it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from psa_app.api.rest.problems import Refused
from psa_app.formats.csv_files import Table
from psa_app.queries.records import MAX_LIMIT

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_MATCH = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
KEY = "Idempotency-Key"


@dataclass(frozen=True)
class Upload:
    """A file that was sent, its name if it was told, the other parts of its form, and its rows once read."""

    content: bytes
    name: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    table: Table | None = None


@dataclass(frozen=True)
class Call:
    """One request. `record_id` is 0 where the address names no record; `raw` is the body's object."""

    method: str
    path: str
    record_id: int = 0
    query: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""
    bearer: str = ""
    cookies: str = ""
    if_match: str = ""
    key: str = ""
    address: str = ""
    agent: str = ""
    upload: Upload | None = None

    @property
    def hash(self) -> str:
        """The same for the same request: method, path and body to the letter, or the file and its options."""
        parts = [self.method.encode(), self.path.encode(), self.body]
        if self.upload is not None:
            said = json.dumps({**self.upload.said, **self.query}, sort_keys=True)
            parts[2:] = [said.encode(), self.upload.content]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    @property
    def version(self) -> int | None:
        """The version that the caller saw: from If-Match, else from the body; None if neither says."""
        if self.if_match:
            match = _MATCH.fullmatch(self.if_match.strip())
            if match is None:
                raise Refused(400, 'If-Match holds the version that you read, such as "3".', "If-Match")
            return int(match[1])
        given = self.raw.get("version")
        if given is not None and (type(given) is not int or not 0 < given < 2**31):
            raise Refused(422, "Please give a whole number.", "version")
        return given


@dataclass(frozen=True)
class Answer:
    """A status, and JSON or the bytes of a file. `value` None with 204 is no body."""

    status: int = 200
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    media_type: str = "application/json"


@dataclass(frozen=True)
class ListQuery:
    """The query of a list: what it is narrowed to, sorted by, and where it goes on."""

    search: str
    filters: dict[str, str]
    sort: str
    limit: int
    cursor: str | None
    count: bool


def list_query(query: Mapping[str, str], *, paged: bool = True) -> ListQuery:
    """The parts of a list's query; all that is not named here is a filter. Raises `Refused`."""
    rest = dict(query)
    search, sort = rest.pop("q", ""), rest.pop("sort", "")
    limit, cursor, count = "50", None, "false"
    if paged:
        limit, cursor, count = rest.pop("limit", limit), rest.pop("cursor", None), rest.pop("count", count)
    if sort == "" and "sort" in query:
        raise Refused(422, "Name the field to sort by.", "sort")
    if cursor == "":
        raise Refused(422, "Give the next_cursor of the page before.", "cursor")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", limit) or not 1 <= int(limit) <= MAX_LIMIT:
        raise Refused(422, f"A page holds 1 to {MAX_LIMIT} records.", "limit")
    if count not in ("true", "false"):
        raise Refused(422, "Say true or false.", "count")
    return ListQuery(search, rest, sort, int(limit), cursor, count == "true")


def single(query: QueryParams) -> dict[str, str]:
    """The query with each name once. Raises `Refused` for one that stands twice."""
    found: dict[str, str] = {}
    for name, value in query.multi_items():
        if name in found:
            raise Refused(422, "This stands twice in the address.", name[:40])
        found[name] = value
    return found


def key_in(text: str | None) -> str:
    """The Idempotency-Key of a request, "" without. Raises `Refused` for one that cannot be kept."""
    if text is None:
        return ""
    if not _KEY.fullmatch(text):
        raise Refused(422, "A key has 1 to 200 letters, digits or signs, without blanks.", KEY)
    return text
