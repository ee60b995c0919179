"""What stands on a scope, as it is read from the exact text that both sides agreed to.

Texts of the first form knew lines by time and fixed lines with milestones; `FORM` names today's. Both
are read for ever: what was signed is never written anew.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from psa_app.rules import money
from psa_app.rules.contract_value import line_worth

FORM = 2


@dataclass(frozen=True, slots=True)
class RateTerm:
    """What an hour costs, minor units; an empty role is everyone on the line. No days: all along."""

    role: str
    amount: int
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class MilestoneTerm:
    """A part of a price, minor units, due when accepted."""

    title: str
    value: int
    criteria: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class FeeTerm:
    """A dated part of a fixed fee, minor units; `share_ppm` when it was agreed as a percentage."""

    title: str
    due_on: date
    value: int
    share_ppm: int | None


@dataclass(frozen=True, slots=True)
class RoundingTerm:
    """How time is rounded, minutes (`rules/hours.py`)."""

    increment: int
    mode: str
    minimum: int
    per: str


@dataclass(frozen=True, slots=True)
class LineTerm:
    """One line. `value` is the price of a fixed line, or of each period of a retainer or subscription;
    `cap` the most that a line by time may cost; `rounding` None for the scope's; `rate_card` line, or the
    card (client | firm) whose rates count as they stand on the day of the work. Texts of before did not say
    in what (`billed_in`) and from when (`counted_from`) periods are billed, nor what becomes of a retainer's
    rest (`rollover`, whose cap is in minutes or minor units) and of work beyond (`deficit`)."""

    title: str
    description: str
    model: str
    value: int
    cap: int | None
    estimate_minutes: int
    rates: tuple[RateTerm, ...]
    milestones: tuple[MilestoneTerm, ...]
    fees: tuple[FeeTerm, ...] = ()
    period_minutes: int = 0
    periods: int = 0
    rhythm: str = ""
    approval: str = "lead"
    silence_days: int = 0
    rounding: RoundingTerm | None = None
    rate_card: str = "line"
    billed_in: str = ""
    counted_from: str = ""
    trial_days: int = 0
    holds: str = "hours"
    period_value: int = 0
    rollover: str = ""
    rollover_cap: int = 0
    rollover_periods: int = 1
    deficit: str = ""
    quantity: int = 1  # of a subscription, all in `value`

    def worth(self) -> int | None:
        """The most that the line may cost; None when it has no end."""
        return line_worth(self.model, self.value, self.cap, self.periods)


@dataclass(frozen=True, slots=True)
class DeliverableTerm:
    """Something promised, with what it must meet."""

    title: str
    criteria: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class FileTerm:
    """A file that belongs to the scope, by its content."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Terms:
    """All that stands on a scope. `firm` and `client` are blocks of lines: name, address, tax number."""

    number: str
    title: str
    firm: str
    client: str
    currency: str
    starts_on: date
    ends_on: date | None
    open_until: date | None
    summary: str
    terms: str
    purchase_order: str
    payment_days: int
    tax: str
    rounding: RoundingTerm
    lines: tuple[LineTerm, ...]
    deliverables: tuple[DeliverableTerm, ...] = ()
    assumptions: str = ""
    agreement: str = ""
    agreement_signed_on: date | None = None
    renewal: str = "none"
    renews_on: date | None = None
    notice_days: int = 0
    files: tuple[FileTerm, ...] = ()
    receipts_above: int | None = None  # an expense above it is billed with its receipt
    deposit: int = 0  # minor units, due at signature
    deposit_ppm: int = 0  # the share of the value that it was agreed as

    def value(self) -> tuple[int, bool]:
        """The most that all lines may cost, and whether that is so: a line may have no end."""
        amounts = [line.worth() for line in self.lines]
        return sum(amount or 0 for amount in amounts), all(amount is not None for amount in amounts)


def read_text(text: str) -> Terms:
    """The terms in a text made by `text.sow_text`, of any form."""
    body = json.loads(text)
    agreement, renewal = body.get("agreement", {}), body.get("renewal", {})
    deposit = body.get("deposit", {"amount": "0", "share_millionths": 0})
    return Terms(
        number=body["number"],
        title=body["title"],
        firm=body["firm"],
        client=body["client"],
        currency=body["currency"],
        starts_on=date.fromisoformat(body["from"]),
        ends_on=_date(body["to"]),
        open_until=_date(body["open_until"]),
        summary=body["summary"],
        terms=body["terms"],
        purchase_order=body["purchase_order"],
        payment_days=body["days_to_pay"],
        tax=body["tax"],
        rounding=_rounding(body["rounding"]),
        lines=tuple(_line(line, body["currency"]) for line in body["lines"]),
        deliverables=tuple(
            DeliverableTerm(one["title"], one["criteria"], _date(one["due"]))
            for one in body.get("deliverables", ())
        ),
        assumptions=body.get("assumptions", ""),
        agreement=agreement.get("title", ""),
        agreement_signed_on=_date(agreement.get("signed", "")),
        renewal=renewal.get("how", "none"),
        renews_on=_date(renewal.get("on", "")),
        notice_days=renewal.get("notice_days", 0),
        files=tuple(FileTerm(one["name"], one["size"], one["sha256"]) for one in body.get("files", ())),
        receipts_above=_receipts(body),
        deposit=money.parse_amount(deposit["amount"], body["currency"]),
        deposit_ppm=deposit["share_millionths"],
    )


def _receipts(body: dict[str, Any]) -> int | None:
    above = body.get("receipts_above")
    return None if above is None else money.parse_amount(above, body["currency"])


def _line(line: dict[str, Any], currency: str) -> LineTerm:
    def amount(text: str) -> int:
        return money.parse_amount(text, currency)

    own = line.get("rounding")
    return LineTerm(
        title=line["title"],
        description=line["description"],
        model=line["model"],
        value=amount(line["value"]) if line["value"] else 0,
        cap=amount(line["cap"]) if line["cap"] else None,
        estimate_minutes=line["estimate_minutes"],
        rates=tuple(
            RateTerm(
                rate["role"], amount(rate["an_hour"]), _date(rate.get("from", "")), _date(rate.get("to", ""))
            )
            for rate in line["rates"]
        ),
        milestones=tuple(
            MilestoneTerm(part["title"], amount(part["value"]), part["criteria"], _date(part["due"]))
            for part in line["milestones"]
        ),
        fees=tuple(
            FeeTerm(
                part["title"],
                date.fromisoformat(part["due"]),
                amount(part["value"]),
                part["share_millionths"],
            )
            for part in line.get("fees", ())
        ),
        period_minutes=line.get("period_minutes", 0),
        periods=line.get("periods", 0),
        rhythm=line.get("rhythm", ""),
        approval=line.get("approval", "lead"),
        silence_days=line.get("silence_days", 0),
        rounding=_rounding(own) if own else None,
        rate_card=line.get("rate_card", "line"),
        billed_in=line.get("billed_in", ""),
        counted_from=line.get("counted_from", ""),
        trial_days=line.get("trial_days", 0),
        holds=line.get("holds", "hours"),
        period_value=amount(line["period_value"]) if line.get("period_value") else 0,
        rollover=line.get("rollover", ""),
        rollover_cap=line.get("rollover_cap", 0),
        rollover_periods=line.get("rollover_periods", 1),
        deficit=line.get("deficit", ""),
        quantity=line.get("quantity", 1),
    )


def _rounding(given: dict[str, Any]) -> RoundingTerm:
    return RoundingTerm(given["minutes"], given["mode"], given["at_least"], given["per"])


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
