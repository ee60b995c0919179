"""Slowing down whoever guesses: each failure counts, waits grow, and nobody is locked out for good.

A wait is counted by account and place together, by place, and by account. The last does not
concern a place from which the account has been signed in to before, so that a stranger's guesses
do not keep its owner out. A refused attempt does not count, so a wait always ends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import secrets
from psa_app.db import is_sqlite
from psa_app.errors import SlowDown
from psa_app.models import LoginSession, SignInAttempt, User

WINDOW = timedelta(hours=24)  # how long a failure counts
KNOWN_FOR = timedelta(days=90)  # how long a place stays known after a sign-in
# How many failures are free, and the longest wait in seconds after more.
HERE = (5, 900)  # one account from one place
PLACE = (20, 300)  # all accounts from one place
ACCOUNT = (20, 60)  # one account from anywhere unknown


def wait_seconds(failures: int, free: int, longest: int) -> int:
    """How long after the last failure the next attempt may come: 1, 2, 4, 8, … seconds."""
    if failures < free:
        return 0
    return min(longest, 1 << min(failures - free, 20))


def key_of(email: str, purpose: str = "") -> str:
    """What is kept of an address that was typed: a hash, for each purpose its own."""
    return secrets.kept(purpose + " " + email.strip().lower()[:300])


def place_of(address: str) -> str:
    """The place behind a network address: of an IPv6 address the half that a provider gives out whole."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))


def check_pace(session: Session, key: str, email: str, address: str) -> None:
    """Raises `SlowDown` with the seconds to wait if there were too many failures.

    Attempts of one place, and of one account, come one after another until the caller's transaction
    ends: a hundred at the same moment are counted like a hundred in a row.
    """
    _in_turn(session, place_of(address), key)
    since = clock.now() - WINDOW
    here = (SignInAttempt.email_hash == key, SignInAttempt.address == place_of(address))
    waits = [
        _rest(session, (here[0], here[1], SignInAttempt.at > since), HERE),
        _rest(session, (here[1], SignInAttempt.at > since), PLACE),
    ]
    if not _knows(session, email, address):
        waits.append(_rest(session, (here[0], SignInAttempt.at > since), ACCOUNT))
    seconds = max(waits)
    if seconds > 0:
        raise SlowDown(f"Too many attempts. Please wait {_words(seconds)} and try again.", seconds)


def count_attempt(session: Session, key: str, address: str) -> None:
    """Counts an attempt as failed; `forgive` takes it back when it was not."""
    session.add(SignInAttempt(email_hash=key, address=place_of(address), at=clock.now()))


def forgive(session: Session, key: str, address: str) -> None:
    """Forgets the failures of an account from a place, and whatever no longer counts."""
    here = (col(SignInAttempt.email_hash) == key) & (col(SignInAttempt.address) == place_of(address))
    session.connection().execute(
        delete(SignInAttempt).where(here | (col(SignInAttempt.at) < clock.now() - WINDOW))
    )


def _in_turn(session: Session, *names: str) -> None:
    """On SQLite only one writes at a time anyway."""
    if not is_sqlite(session):
        for name in names:
            session.connection().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _rest(session: Session, which: Sequence[Any], limit: tuple[int, int]) -> int:
    count, last = session.exec(
        select(func.count(col(SignInAttempt.id)), func.max(SignInAttempt.at)).where(*which)
    ).one()
    wait = wait_seconds(count, *limit)
    if not wait or last is None:
        return 0
    passed: timedelta = clock.now() - _aware(last)
    return max(0, wait - int(passed.total_seconds()))


def _aware(at: datetime | str) -> datetime:
    """An aggregate of instants as an instant: SQLite gives it as text or without its zone."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.now().tzinfo)


def _knows(session: Session, email: str, address: str) -> bool:
    statement = (
        select(LoginSession.id)
        .join(User, col(User.id) == col(LoginSession.user_id))
        .where(
            User.email == email.strip().lower(),
            LoginSession.address == address,
            LoginSession.created_at > clock.now() - KNOWN_FOR,
        )
        .limit(1)
    )
    return bool(address) and session.exec(statement).first() is not None


def _words(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{-(-seconds // 60)} minutes"
