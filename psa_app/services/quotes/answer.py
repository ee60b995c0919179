"""The client's answer to a quote: accepted with choices, or declined with a reason."""

from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.formats import words
from psa_app.models import Account, Contact, Firm, Quote, move, touch
from psa_app.queries.contracts.text import hash_of
from psa_app.queries.quotes.text import accepted_text, lines_of, read_offer, sent_text
from psa_app.rules import fields, quotes
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.contracts.accept import answering, firm_signer
from psa_app.services.contracts.evidence import sign
from psa_app.services.evidence import head
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail
from psa_app.services.quotes.scope import scope_on_acceptance
from psa_app.services.sales.move import win_by_quote

CHANGED = "This quote has changed since you opened it. Reload the page and read it again."


@act("quotes", "accept", right="quotes.answer")
def accept_quote(
    session: Session,
    actor: Actor,
    quote_id: int,
    *,
    text_hash: str,
    chosen: tuple[int, ...],
    total: Money,
    name: str,
    title: str = "",
    agrees: bool = False,
) -> Quote:
    """The client's approver accepts: name, time, address, and the hash of the exact text with the choices.

    `chosen` are the places of the optional lines and alternatives that are wanted (those of fixed lines
    may be left out); `text_hash` and `total` are what the reader had in front of them. Raises `Forbidden`
    for a contact who may not accept, `Conflict` when it is already answered, past its day, replaced, or
    comes to another total, `Invalid` for a choice that cannot be. The draft of its scope is made at once.
    """
    quote = fetch(session, actor, Quote, quote_id, lock=True)
    contact = answering(session, actor, quote)
    check_open(session, quote)
    if not agrees:
        raise Invalid("Tick the box to say that you accept it.", "agrees")
    signer = fields.text(name, "name", max=120)
    position = fields.text(title, "title", max=120, required=False)
    offer_text = sent_text(session, quote)
    if text_hash != quote.text_hash or hash_of(offer_text) != quote.text_hash:
        raise Conflict(CHANGED)
    offer = read_offer(offer_text)
    counted = quotes.check_choice([one.line for one in offer.lines], chosen)
    worth = Money(offer.figures(counted).total, offer.currency)
    if total != worth:
        raise Conflict("The total has changed since you looked at it. Reload the page and read it again.")
    move(quote, "quote", "accepted")
    quote.answered_at, quote.answered_by = clock.now(), signer
    quote.net_minor = offer.figures(counted).net
    for line in lines_of(session, quote_id):
        if line.is_chosen != (line.position in counted):
            line.is_chosen = line.position in counted
            touch(line)
    text = accepted_text(offer_text, counted)
    sign(session, actor, "quote", quote_id, side="client", name=signer, title=position, text=text)
    win_by_quote(session, actor, quote.opportunity_id, quote.number)
    after = {"status": "accepted", "by": signer, "chosen": sorted(counted), "text_hash": hash_of(text)}
    history.note(session, actor, "quote", quote_id, "accepted", {"status": "sent"}, after)
    scope_on_acceptance(session, actor, quote)
    _mail_accepted(session, quote, contact, signer, worth, hash_of(text))
    return quote


@act("quotes", "decline", right="quotes.answer")
def decline_quote(session: Session, actor: Actor, quote_id: int, *, reason: str) -> Quote:
    """The client says no, with a reason that the firm reads. Errors as of `accept_quote`."""
    quote = fetch(session, actor, Quote, quote_id, lock=True)
    contact = answering(session, actor, quote)
    check_open(session, quote)
    quote.decline_reason = fields.text(reason, "reason", max=1000, multiline=True)
    move(quote, "quote", "declined")
    quote.answered_at, quote.answered_by = clock.now(), contact.name
    change = {"status": "sent"}, {"status": "declined"}
    history.note(session, actor, "quote", quote_id, "declined", *change, reason=quote.decline_reason)
    sender = firm_signer(session, "quote", quote_id, quote.text_hash)
    if sender is not None:
        values = {
            "firm": session.exec(select(Firm.name)).one(),
            "reader": sender.name,
            "number": quote.number,
            "title": quote.title,
            "declined_by": contact.name,
            "reason": quote.decline_reason,
        }
        key = f"quote-declined-{quote_id}"
        promise_mail(session, key, "quote_declined", [sender.email], routes.quote(quote_id), values)
    return quote


def check_open(session: Session, quote: Quote) -> None:
    """Raises `Conflict` with the reason unless the quote still waits for an answer."""
    if quote.status == "accepted":
        raise Conflict(f"{quote.number} has already been accepted.")
    if quote.status == "declined":
        raise Conflict(f"{quote.number} has been declined. Ask for a new one.")
    if quote.status == "superseded":
        raise Conflict(f"A newer version of {quote.number} has taken its place. Answer that one.")
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    if quote.status == "expired" or (quote.valid_until and today > quote.valid_until):
        until = words.day(quote.valid_until or today)
        raise Conflict(f"This quote was open until {until}. Ask for a new one.")


def _mail_accepted(
    session: Session, quote: Quote, contact: Contact, signer: str, total: Money, text_hash: str
) -> None:
    quote_id = int(quote.id or 0)
    firm = session.exec(select(Firm)).one()
    locale = session.get_one(Account, quote.account_id).locale
    sender = firm_signer(session, "quote", quote_id, quote.text_hash)
    token = make_portal_link(session, contact_id=int(contact.id or 0), document="quote", document_id=quote_id)
    readers = {contact.email: (contact.name, routes.portal_link(token))}
    if sender is not None:
        readers.setdefault(sender.email, (sender.name, routes.quote(quote_id)))
    for address, (reader, path) in readers.items():
        values = {
            "firm": firm.name,
            "reader": reader,
            "number": quote.number,
            "title": quote.title,
            "total": words.money(total.amount, total.currency, locale),
            "accepted_by": signer,
            "accepted_at": words.moment(quote.answered_at or clock.now(), ZoneInfo(firm.time_zone)),
            "document_hash": text_hash,
            "chain_head": head(session),
        }
        key = f"quote-accepted-{quote_id}-{address}"
        about = About("quote", quote_id, contact) if address == contact.email else None
        promise_mail(session, key, "quote_accepted", [address], path, values, about=about)
