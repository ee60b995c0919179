"""Where the sandbox keeps its objects: one SQLite file of its own.

Objects are stored as Stripe would show them; keys that start with "_" are for the sandbox alone.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from psa_app import clock
from psa_app.gateways.sandbox.answers import Json, missing

_TABLES = """
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, seq);
CREATE TABLE IF NOT EXISTS answer (
  key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS delivery (
  id INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL, due_at REAL, tries INTEGER NOT NULL,
  state TEXT NOT NULL, answer TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS wish (name TEXT PRIMARY KEY, value TEXT NOT NULL, times INTEGER NOT NULL);
"""


class Store:
    """The file, and one connection that threads take in turn; other processes wait for its lock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; a transaction inside another belongs to it."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    def rows(self, statement: str, values: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """The rows of one statement."""
        with self._lock, closing(self._db.execute(statement, values)) as cursor:
            return cursor.fetchall()

    def put(self, thing: Json) -> Json:
        """Stores an object under its id, new or changed."""
        self.rows(
            "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], thing["created"], json.dumps(thing)),
        )
        return thing

    def find(self, ident: str) -> Json | None:
        """The object with an id, or None."""
        found = self.rows("SELECT body FROM object WHERE id = ?", (ident,))
        return _read(found[0]) if found else None

    def get(self, kind: str, ident: str) -> Json:
        """The object of a kind. Raises `ApiError` 404."""
        found = self.find(ident)
        if found is None or found["object"] != kind:
            raise missing(kind, ident)
        return found

    def remove(self, ident: str) -> None:
        """Forgets an object."""
        self.rows("DELETE FROM object WHERE id = ?", (ident,))

    def newest(self, kind: str, limit: int = 50) -> list[Json]:
        """The newest objects of a kind, newest first."""
        return self.select(kind, {}, limit=limit)

    def select(
        self,
        kind: str,
        equal: Mapping[str, Any],
        *,
        created: Mapping[str, int] | None = None,
        after: str = "",
        before: str = "",
        limit: int = 100,
    ) -> list[Json]:
        """Objects whose fields hold the given values, newest first, a page after or before an id."""
        where: list[str] = ["kind = ?"]
        values: list[Any] = [kind]
        for name, value in equal.items():
            where.append("json_extract(body, '$.' || ?) = ?")
            values += [name, value]
        for bound, instant in (created or {}).items():
            where.append(f"created {_BOUNDS[bound]} ?")
            values.append(instant)
        for ident, bound in ((after, _OLDER), (before, _NEWER)):
            if ident:
                where.append(bound)
                values.append(ident)
        order = "ASC" if before else "DESC"
        # Only the fixed texts above are pasted; every value is bound.
        statement = f"SELECT body FROM object WHERE {' AND '.join(where)} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        values.append(limit)
        found = [_read(row) for row in self.rows(statement, tuple(values))]
        return found[::-1] if before else found

    def wish(self, name: str, value: str, times: int = 1) -> None:
        """Asks for something that the next requests or messages shall meet."""
        self.rows("INSERT OR REPLACE INTO wish VALUES (?, ?, ?)", (name, value, times))

    def take_wish(self, name: str) -> str:
        """Uses up one of the wishes of a name; "" when there is none."""
        with self.transaction():
            found = self.rows("SELECT value, times FROM wish WHERE name = ?", (name,))
            if not found:
                return ""
            self.rows("UPDATE wish SET times = times - 1 WHERE name = ?", (name,))
            self.rows("DELETE FROM wish WHERE times < 1")
            return str(found[0]["value"])

    def wishes(self) -> dict[str, tuple[str, int]]:
        """What is asked for and not yet met: name → (value, times)."""
        return {row["name"]: (row["value"], row["times"]) for row in self.rows("SELECT * FROM wish")}


_OLDER = "seq < (SELECT seq FROM object WHERE id = ?)"
_NEWER = "seq > (SELECT seq FROM object WHERE id = ?)"
_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _read(row: sqlite3.Row) -> Json:
    body: Json = json.loads(row["body"])
    return body


def now() -> int:
    """The present instant in whole seconds, as Stripe writes it."""
    return int(clock.now().timestamp())
