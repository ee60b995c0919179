"""Writing a quote while it is a draft: head and lines in one save, and a new version of one that is out."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Stale
from psa_app.models import Account, Quote, QuoteLine, touch
from psa_app.queries.quotes.text import lines_of, quote_text
from psa_app.rules import fields, quotes
from psa_app.services import history
from psa_app.services.problems import FieldProblems
from psa_app.services.quotes.check import check_lines, head_values
from psa_app.services.quotes.inputs import QuoteHead, QuoteLineInput

RENEWABLE = ("sent", "declined", "expired")
COPIED = (
    "account_id contact_id opportunity_id title currency intro terms discount_ppm tax_rate_id "
    "net_minor starts_on ends_on"
)
COPIED_OF_A_LINE = (
    "position service_item_id model title description role_id minutes rate_minor value_minor cap_minor "
    "periods discount_ppm is_optional alternative is_chosen"
)


@act("quotes", "create", right="quotes.change")
def create_quote(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    head: QuoteHead,
    lines: tuple[QuoteLineInput, ...] = (),
) -> Quote:
    """Begins a quote for a client. It gets its number when it is first sent.

    Head and lines are checked whole before anything is written: `Invalid` for one wrong field,
    `Problems` for several.
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    values = _checked(session, actor, head, lines, account)
    quote = Quote(account_id=account_id, **values)
    session.add(quote)
    session.flush()
    quote.root_id = quote.id
    _write_lines(session, quote, lines)
    history.note(session, actor, "quote", int(quote.id or 0), "created", {}, values | {"lines": len(lines)})
    return quote


@act("quotes", "change", right="quotes.change")
def change_quote(
    session: Session,
    actor: Actor,
    quote_id: int,
    *,
    version: int,
    head: QuoteHead,
    lines: tuple[QuoteLineInput, ...],
) -> Quote:
    """Replaces head and lines of a draft.

    Raises `Stale` if someone saved meanwhile, `Conflict` if it is no draft, and as `create_quote`.
    """
    quote = fetch(session, actor, Quote, quote_id, lock=True)
    _check_draft(quote)
    if quote.version != version:
        raise Stale()
    account = fetch(session, actor, Account, quote.account_id)
    values = _checked(session, actor, head, lines, account)
    old_text = quote_text(session, quote)
    before, after = history.changed(history.values_of(quote, values), values)
    for name, value in values.items():
        setattr(quote, name, value)
    touch(quote)
    _remove_lines(session, quote_id)
    _write_lines(session, quote, lines)
    if quote_text(session, quote) != old_text:
        after = after | {"lines": len(lines)}
    history.note(session, actor, "quote", quote_id, "changed", before, after)
    return quote


@act("quotes", "delete", right="quotes.change")
def delete_quote(session: Session, actor: Actor, quote_id: int) -> None:
    """Deletes a draft, which nobody outside has seen. Raises `Conflict` for anything that was sent."""
    quote = fetch(session, actor, Quote, quote_id, lock=True)
    if quote.status != "draft":
        raise Conflict(f"{quote.number} has been sent before and is kept.")
    _remove_lines(session, quote_id)
    history.note(session, actor, "quote", quote_id, "deleted", history.values_of(quote), {})
    quote.root_id = None
    session.flush()
    session.delete(quote)


@act("quotes", "new_version", right="quotes.change")
def new_version(session: Session, actor: Actor, quote_id: int) -> Quote:
    """A draft with the same head and lines as a quote that is out; the old one holds until this is sent.

    Raises `Conflict` for one that is accepted or replaced, and when a new version is being written.
    """
    old = fetch(session, actor, Quote, quote_id, lock=True)
    root = session.get_one(Quote, old.root_id or quote_id, with_for_update=True)
    if old.status not in RENEWABLE:
        raise Conflict(_why_not(old))
    family = session.exec(select(Quote).where(Quote.root_id == root.id)).all()
    draft = next((one for one in family if one.status == "draft"), None)
    if draft is not None:
        raise Conflict(f"Version {draft.number_of_version} is being written already. Go on with that one.")
    kept = {name: getattr(old, name) for name in COPIED.split()}
    number = 1 + max(one.number_of_version for one in family)
    quote = Quote(number=old.number, root_id=root.id, number_of_version=number, **kept)
    session.add(quote)
    session.flush()
    for line in lines_of(session, quote_id):
        copied = {name: getattr(line, name) for name in COPIED_OF_A_LINE.split()}
        session.add(QuoteLine(quote_id=int(quote.id or 0), **copied))
    session.flush()
    after = {"number": quote.number, "version_of_quote": number}
    history.note(session, actor, "quote", int(quote.id or 0), "created", {}, after)
    return quote


def _why_not(quote: Quote) -> str:
    if quote.status == "draft":
        return "This is a draft; change it as it is."
    if quote.status == "accepted":
        return f"{quote.number} is accepted. Write a new quote for what comes on top."
    return f"A newer version of {quote.number} has taken its place. Begin from that one."


def _check_draft(quote: Quote) -> None:
    if quote.status != "draft":
        raise Conflict(f"{quote.number} is {quote.status} and never changes. Make a new version of it.")


def _checked(
    session: Session, actor: Actor, head: QuoteHead, lines: Sequence[QuoteLineInput], account: Account
) -> dict[str, Any]:
    found = FieldProblems()
    values = head_values(session, actor, head, account, found)
    if "currency" not in found.fields:
        check_lines(session, lines, values["currency"], found)
    found.stop_if_any()
    return values


def _write_lines(session: Session, quote: Quote, lines: Sequence[QuoteLineInput]) -> None:
    marked = {place for place, line in enumerate(lines) if line.is_chosen}
    rules = [line.as_rule(place) for place, line in enumerate(lines)]
    counted = quotes.usual_choice(rules, marked)
    quote.net_minor = quotes.figures(rules, counted, discount_ppm=quote.discount_ppm).net
    for place, given in enumerate(lines):
        session.add(_line(quote, place, given, place in counted))
    session.flush()


def _line(quote: Quote, place: int, given: QuoteLineInput, is_chosen: bool) -> QuoteLine:
    return QuoteLine(
        quote_id=int(quote.id or 0),
        position=place + 1,
        service_item_id=given.service_item_id,
        model=given.model,
        title=fields.text(given.title, "title"),
        description=fields.text(given.description, "", max=4000, required=False, multiline=True),
        role_id=given.role_id,
        minutes=given.minutes,
        rate_minor=given.rate.amount if given.rate else None,
        value_minor=given.value.amount if given.value else 0,
        cap_minor=given.cap.amount if given.cap else None,
        periods=given.periods,
        discount_ppm=given.discount_ppm,
        is_optional=given.is_optional,
        alternative=fields.text(given.alternative, "", max=60, required=False),
        is_chosen=is_chosen,
    )


def _remove_lines(session: Session, quote_id: int) -> None:
    session.flush()
    session.connection().execute(delete(QuoteLine).where(col(QuoteLine.quote_id) == quote_id))
    session.expire_all()
