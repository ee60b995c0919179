"""Handing a period of the books to accounting: as files, written down once, the same bytes twice."""

import hashlib
from datetime import date
from typing import Literal

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, require
from psa_app.db import reading
from psa_app.errors import Conflict, Invalid
from psa_app.formats.ledger import SUFFIX, ledger_file
from psa_app.models import Firm, LedgerExport
from psa_app.queries.books.ledger import Books, books
from psa_app.services import history

Format = Literal["hledger", "beancount", "quickbooks", "xero"]


@act("ledger_exports", "make", right="books.export")
def export_ledger(
    session: Session,
    actor: Actor,
    *,
    first_on: date,
    last_on: date,
    format: Format,  # noqa: A002 - the API's word
) -> LedgerExport:
    """Hands the books of a period to accounting; what lies in it does not become void any more.

    The same period with nothing new in it is the same export. Raises `Invalid` for a period that is not
    over or ends before it begins, `Conflict` when nothing happened in it.
    """
    _check_period(session, first_on, last_on)
    found = books(session, first_on, last_on)
    if not found.entries:
        raise Conflict("Nothing happened in this period.", "first_on")
    digest = hashlib.sha256(_file(found, format)).hexdigest()
    same = (LedgerExport.first_on == first_on, LedgerExport.last_on == last_on, LedgerExport.format == format)
    known = select(LedgerExport).where(*same, LedgerExport.digest == digest).order_by(col(LedgerExport.id))
    made = session.exec(known).first()
    if made is not None:
        return made
    made = LedgerExport(
        first_on=first_on,
        last_on=last_on,
        format=format,
        digest=digest,
        lines=len(found.entries),
        at=clock.now(),
        made_by=actor.user_id,
    )
    session.add(made)
    session.flush()
    after = {"first_on": first_on, "last_on": last_on, "format": format, "entries": made.lines}
    history.note(session, actor, "ledger_export", int(made.id or 0), "exported", {}, after)
    return made


def read_export(actor: Actor, export_id: int) -> tuple[str, bytes]:
    """The file of an export as it was. Raises `Conflict` when its period has changed since."""
    require(actor, "books.export")
    with reading() as session:
        made = fetch(session, actor, LedgerExport, export_id)
        content = _file(books(session, made.first_on, made.last_on), made.format)
    if hashlib.sha256(content).hexdigest() != made.digest:
        raise Conflict("Something in this period has changed since this export. Export it anew.")
    return f"ledger-{made.first_on}-{made.last_on}.{SUFFIX[made.format]}", content


def _file(found: Books, form: str) -> bytes:
    return ledger_file(found.entries, form, found.base, found.accounts, is_test=found.is_test)


def _check_period(session: Session, first_on: date, last_on: date) -> None:
    if last_on < first_on:
        raise Invalid("The period ends before it begins.", "last_on")
    zone = session.exec(select(Firm.time_zone)).one()
    if last_on >= clock.today(zone):
        raise Invalid("Choose a last day that is over, so that the file stays the same.", "last_on")
