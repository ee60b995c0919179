"""What the first person after a start would otherwise wait for: mappers, statements, locale data.

It runs beside the first pages, in a thread that gives way to them.
"""

import asyncio
import gc
import logging
import sys
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session, col, select

from psa_app import clock, db
from psa_app.access import Actor
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Person
from psa_app.queries import identity
from psa_app.queries.home.own import own_home
from psa_app.queries.time.entries import EntryFilter, entry_page
from psa_app.queries.time.names import filter_names
from psa_app.queries.time.week import week_view

log = logging.getLogger("psa_app.warm_up")
SWITCH_SECONDS = 0.0005
GARBAGE_AFTER = 10_000  # objects
ROLES = ("member", "lead", "owner")  # their statements differ
READS: tuple[Callable[[Session, Actor], object], ...] = (
    identity.frame,
    week_view,
    filter_names,
    lambda session, who: entry_page(session, who, EntryFilter()),
    own_home,
)


def give_way() -> None:
    """Lets a thread that waits for Python go on after half a millisecond instead of five.

    A query in a thread gives Python up at each row and would wait those five for every one of them
    while another thread counts; and a page's answer would wait as long.
    """
    sys.setswitchinterval(SWITCH_SECONDS)


async def warm_up() -> None:
    """Runs once, as the program starts."""
    await asyncio.to_thread(_read_once)
    spare_the_collector()


def _read_once() -> None:
    configure_mappers()
    words.day(clock.today("UTC"))
    try:
        with db.reading() as session:
            for role in ROLES:
                _as_role(session, role)
    except (PsaError, SQLAlchemyError) as error:  # such as a firm that is not set up yet
        log.info("the first page will take a little longer: %s", type(error).__name__)


def _as_role(session: Session, role: str) -> None:
    someone = session.exec(select(Person.id).order_by(col(Person.id)).limit(1)).first()
    who = Actor("Warm-up", role, person_id=someone)
    for query in READS:
        query(session, who)


def spare_the_collector() -> None:
    """What is loaded by now stays; to look through all of it for garbage would stop everyone for long."""
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
