"""Sending a quote to the client's contacts, and what time does to it."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.formats import words
from psa_app.gateways.pdf import unprintable
from psa_app.models import Account, Contact, Firm, NumberSeries, Quote, move
from psa_app.queries.contracts.text import hash_of
from psa_app.queries.quotes.text import lines_of, quote_text, read_offer
from psa_app.services import history
from psa_app.services.contracts.evidence import sign
from psa_app.services.contracts.send import open_until, recipients
from psa_app.services.identity.portal_links import LIVES, make_portal_link
from psa_app.services.mails import About, promise_mail
from psa_app.services.numbers import DEFAULT_PATTERNS, take_number


@act("quotes", "send", right="quotes.send")
def send_quote(
    session: Session,
    actor: Actor,
    quote_id: int,
    *,
    contact_ids: tuple[int, ...] = (),
    valid_until: date | None = None,
) -> Quote:
    """Sends a draft to contacts of the client (by default all who may accept), each with an own link.

    The text is fixed now and the sender signs for the firm; at the first sending the quote takes its
    number. An older version that is still out is replaced. `valid_until` is the last day on which it can
    be accepted (the draft's own, else 30 days from now). Raises `Invalid` for what is missing, nobody to
    send to, or a day that is not to come; `Conflict` when another version is accepted.
    """
    quote = fetch(session, actor, Quote, quote_id, lock=True)
    if not lines_of(session, quote_id):
        raise Invalid("Add at least one line before sending.", "lines")
    contacts = recipients(session, actor, quote.account_id, contact_ids)
    firm = session.exec(select(Firm)).one()
    today = clock.today(firm.time_zone)
    move(quote, "quote", "sent")
    _supersede_others(session, actor, quote)
    quote.valid_until = _until(valid_until or quote.valid_until, today)
    if not quote.number:
        quote.number = _next_number(session, today)
    quote.sent_at = clock.now()
    session.flush()
    text = quote_text(session, quote)
    missing = unprintable(text)
    if missing:
        raise Invalid(
            f"The PDF has no letters for “{missing}”. Write the text in letters that can be printed."
        )
    quote.text_hash = hash_of(text)
    sign(session, actor, "quote", quote_id, side="firm", name=actor.name, text=text)
    for contact in contacts:
        _mail_link(session, quote, contact, firm, text, actor)
    after = {"to": [contact.email for contact in contacts], "number": quote.number}
    history.note(session, actor, "quote", quote_id, "sent", {"status": "draft"}, {"status": "sent"} | after)
    return quote


def expire_quotes(session: Session, actor: Actor) -> int:
    """Marks what was open until a day that has passed; returns how many. Accepting asks for the day itself,
    so nothing depends on when this runs."""
    today = clock.today(session.exec(select(Firm.time_zone)).first() or "UTC")
    over = session.exec(
        select(Quote).where(Quote.status == "sent", col(Quote.valid_until) < today).with_for_update()
    ).all()
    for quote in over:
        move(quote, "quote", "expired")
        change = {"status": "sent"}, {"status": "expired"}
        history.note(session, actor, "quote", int(quote.id or 0), "expired", *change)
    return len(over)


def _until(given: date | None, today: date) -> date:
    if given is not None and given <= today:
        raise Invalid("Choose a day that is still to come.", "valid_until")
    return open_until(given, today)


def _next_number(session: Session, today: date) -> str:
    kept = session.exec(select(NumberSeries.id).where(NumberSeries.kind == "quote")).first()
    if kept is None:  # a firm that was set up before there were quotes
        session.add(NumberSeries(kind="quote", pattern=DEFAULT_PATTERNS["quote"]))
        session.flush()
    return take_number(session, "quote", today, sandbox=False)


def _supersede_others(session: Session, actor: Actor, quote: Quote) -> None:
    family = (col(Quote.root_id) == quote.root_id, col(Quote.id) != quote.id)
    for other in session.exec(select(Quote).where(*family).order_by(col(Quote.id)).with_for_update()).all():
        if other.status == "accepted":
            raise Conflict(f"Version {other.number_of_version} of {other.number} has been accepted already.")
        if other.status in ("sent", "declined", "expired"):
            old = move(other, "quote", "superseded")
            change = {"status": old}, {"status": "superseded"}
            history.note(session, actor, "quote", int(other.id or 0), "superseded", *change)


def _mail_link(session: Session, quote: Quote, contact: Contact, firm: Firm, text: str, actor: Actor) -> None:
    until = quote.valid_until or clock.today(firm.time_zone)
    lives = max(LIVES, until - clock.today(firm.time_zone) + timedelta(days=2))
    token = make_portal_link(
        session,
        contact_id=int(contact.id or 0),
        document="quote",
        document_id=int(quote.id or 0),
        lives=lives,
    )
    locale = session.get_one(Account, quote.account_id).locale
    offer = read_offer(text)
    promise_mail(
        session,
        f"quote-sent-{quote.id}-{contact.id}-{quote.version}",
        "quote_to_accept",
        [contact.email],
        routes.portal_link(token),
        {
            "reader": contact.name,
            "firm": firm.name,
            "number": quote.number,
            "title": quote.title,
            "total": words.money(offer.figures(offer.proposed()).total, quote.currency, locale),
            "valid_until": words.day(until, locale),
        },
        reply_to=actor.email,
        attach={"quote_pdf": int(quote.id or 0)},
        about=About("quote", int(quote.id or 0), contact, actor.name),
    )
