"""An accepted quote becomes the draft of a scope, once, with the lines that the client chose."""

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, system
from psa_app.errors import Conflict, Problems, PsaError
from psa_app.models import FeePart, Firm, Milestone, Quote, QuoteLine, Rate, Sow, SowLine, TaxRate
from psa_app.queries.quotes.text import agreed_quote_text, as_rule, chosen_in, lines_of
from psa_app.rules import quotes, scopes, taxes
from psa_app.services import history
from psa_app.services.contracts.inputs import Head
from psa_app.services.contracts.write import create_sow


@act("quotes", "make_scope", right="sows.change")
def make_scope(session: Session, actor: Actor, quote_id: int) -> Sow:
    """The scope of an accepted quote: made the first time, the same one ever after.

    Discounts are in its amounts; a fixed price is billed at the end, until the draft says otherwise.
    Raises `Conflict` for a quote that is not accepted.
    """
    return scope_of(session, actor, fetch(session, actor, Quote, quote_id, lock=True))


def scope_on_acceptance(session: Session, actor: Actor, quote: Quote) -> Sow | None:
    """The same in the client's own act: the client may not write scopes, so the app does.

    What keeps a scope from being drafted, such as a tax that is no longer used, is the firm's to mend: it
    stands in the history, and never in the way of who accepts.
    """
    session.flush()
    app = system(via=actor.via)
    try:
        with session.begin_nested():
            return scope_of(session, app, quote)
    except PsaError as error:
        why = (
            next(iter(error.fields.values()), error.sentence)
            if isinstance(error, Problems)
            else error.sentence
        )
        history.note(session, app, "quote", int(quote.id or 0), "no scope drafted", {}, {}, reason=why)
        return None


def scope_of(session: Session, actor: Actor, quote: Quote) -> Sow:
    """Does it for a locked quote."""
    quote_id = int(quote.id or 0)
    made = session.exec(select(Sow).where(Sow.quote_id == quote_id)).first()
    if made is not None:
        return made
    if quote.status != "accepted":
        raise Conflict("A scope is made of an accepted quote. Send it and wait for the client's answer.")
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    starts = quote.starts_on or today
    head = Head(
        title=quote.title,
        starts_on=starts,
        ends_on=quote.ends_on if quote.ends_on and quote.ends_on >= starts else None,
        currency=quote.currency,
        summary=quote.intro,
        terms=quote.terms,
        tax_rate_id=_tax_in_use(session, quote),
    )
    sow = create_sow(session, actor, account_id=quote.account_id, head=head)
    sow.quote_id = quote_id
    chosen = chosen_in(agreed_quote_text(session, quote))
    kept = [line for line in lines_of(session, quote_id) if line.position in chosen]
    for place, line in enumerate(kept, 1):
        _add_line(session, sow, place, line, quote.discount_ppm)
    session.flush()
    sow_id = int(sow.id or 0)
    history.note(session, actor, "sow", sow_id, "changed", {}, {"quote": quote.number, "lines": len(kept)})
    history.note(session, actor, "quote", quote_id, "made a scope", {}, {"scope": sow.number})
    return sow


def _tax_in_use(session: Session, quote: Quote) -> int | None:
    """The quote's tax; None, which is the client's own, where the firm no longer uses it."""
    tax = session.get(TaxRate, quote.tax_rate_id) if quote.tax_rate_id is not None else None
    return quote.tax_rate_id if tax is not None and tax.is_active else None


def _add_line(session: Session, sow: Sow, place: int, line: QuoteLine, discount_ppm: int) -> None:
    found = quotes.line_figures(as_rule(line), discount_ppm)
    by_time, periodic = line.model == quotes.TIME, line.model in quotes.PERIODIC
    made = SowLine(
        sow_id=int(sow.id or 0),
        position=place,
        title=line.title,
        description=line.description,
        model=line.model,
        value_minor=0 if by_time else found.net if found.per_period is None else found.per_period,
        cap_minor=line.cap_minor,
        estimate_minutes=0 if line.model == "retainer" else line.minutes,
        period_minutes=line.minutes if line.model == "retainer" else 0,
        periods=line.periods if periodic else 0,
        rhythm=scopes.RHYTHMS[line.model][0],
    )
    session.add(made)
    session.flush()
    if by_time:
        session.add(_rate(sow, made, line, discount_ppm))
    elif line.model == scopes.FIXED:
        due = sow.ends_on or sow.starts_on
        session.add(FeePart(sow_line_id=int(made.id or 0), due_on=due, share_ppm=scopes.WHOLE))
    elif not periodic:
        session.add(
            Milestone(sow_line_id=int(made.id or 0), position=1, title=line.title, value_minor=found.net)
        )


def _rate(sow: Sow, made: SowLine, line: QuoteLine, discount_ppm: int) -> Rate:
    own = taxes.discounted(line.rate_minor or 0, line.discount_ppm)
    return Rate(
        level="sow_line",
        sow_line_id=made.id,
        role_id=line.role_id,
        currency=sow.currency,
        amount_minor=taxes.discounted(own, discount_ppm),
        valid_from=sow.starts_on,
    )
