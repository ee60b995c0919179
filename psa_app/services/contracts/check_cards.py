"""Where a line's rates come from: its own, dated and without overlap, or a card that has some."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from psa_app.models import Account, Sow
from psa_app.queries.contracts.cards import applying, card_rates, has_own_card
from psa_app.rules import scopes
from psa_app.services.contracts.inputs import Head, LineInput, RateInput
from psa_app.services.problems import FieldProblems


def check_cards(
    session: Session,
    lines: Sequence[LineInput],
    account: Account,
    head: Head,
    currency: str,
    found: FieldProblems,
) -> None:
    """What is wrong goes into `found`, beside "lines.0.rate_card" or "lines.0.rates.1"."""
    for place, line in enumerate(lines):
        field = f"lines.{place}"
        if line.rate_card not in scopes.RATE_CARDS:
            found.say(
                f"{field}.rate_card", "Choose the firm’s card, the client’s card or rates of this line."
            )
        elif line.rate_card == "line":
            _check_dates(line.rates, head, field, found)
        elif line.model not in scopes.RATED:
            found.say(f"{field}.rate_card", "Only hours have rates: a line by time, or a retainer’s.")
        elif line.rates:
            found.say(f"{field}.rate_card", "Choose “rates of this line” to keep these, or remove them.")
        elif sentence := card_problem(session, line.rate_card, account, currency, head.starts_on):
            found.say(f"{field}.rate_card", sentence)


def card_problem(session: Session, card: str, account: Account, currency: str, day: date) -> str:
    """Why a line cannot be billed by a card from a day on, "" if it can.

    The ladder asks the client's card first, so the firm's is what counts only where the client has none.
    """
    own = has_own_card(card_rates(session, account, currency, day))
    if card == "client" and not own:
        return (
            f"{account.name} has no card of its own in {currency}. Choose the firm’s, or rates of this line."
        )
    if card == "firm" and own:
        return (
            f"{account.name} has a card of its own, which goes before the firm’s. Choose that one, or begin "
            "the line’s rates from the firm’s."
        )
    if not any(one.since is None for one in applying(session, account, currency, day, day)):
        return f"The card has no rate in {currency} on {day.isoformat()}. Add one, or give the line its own."
    return ""


def card_problem_of(session: Session, sow: Sow, card: str, day: date | None = None) -> str:
    """The same for a line of a scope that is written already; "" for rates of the line's own."""
    if card == "line":
        return ""
    account = session.get_one(Account, sow.account_id)
    return card_problem(session, card, account, sow.currency, day or sow.starts_on)


def _check_dates(rates: Sequence[RateInput], head: Head, field: str, found: FieldProblems) -> None:
    """Each rate within the scope and ending after it begins; of a role only one counts on a day."""
    spans: list[tuple[int | None, date, date]] = []
    for place, rate in enumerate(rates):
        where = f"{field}.rates.{place}"
        begins, ends = rate.valid_from or head.starts_on, rate.valid_to or date.max
        if begins < head.starts_on:
            found.say(where, "This rate begins before the scope does.")
        elif rate.valid_from and head.ends_on is not None and begins > head.ends_on:
            found.say(where, "This rate begins after the scope’s end.")
        elif ends < begins:
            found.say(where, "This rate ends before it begins.")
        elif any(rate.role_id == role and begins <= to and since <= ends for role, since, to in spans):
            found.say(where, "This role has two rates on the same day; keep one, or let one end before.")
        spans.append((rate.role_id, begins, ends))
