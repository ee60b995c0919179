"""What is handed in when a quote is written. Amounts carry their currency, which is the quote's."""

from dataclasses import dataclass
from datetime import date

from psa_app.rules import quotes
from psa_app.rules.money import Money


@dataclass(frozen=True, slots=True)
class QuoteLineInput:
    """A line. By time: `minutes` and `rate` an hour; else `value`, of a retainer or subscription for each
    of `periods` months. `discount_ppm` in millionths. Lines with the same `alternative` exclude each
    other; `is_chosen` says which the firm proposes, and whether an optional one counts at first."""

    title: str
    model: str
    description: str = ""
    role_id: int | None = None
    minutes: int = 0
    rate: Money | None = None
    value: Money | None = None
    cap: Money | None = None
    periods: int = 1
    discount_ppm: int = 0
    is_optional: bool = False
    alternative: str = ""
    is_chosen: bool = True
    service_item_id: int | None = None

    def as_rule(self, key: int) -> quotes.Line:
        """The line as the rules count it."""
        return quotes.Line(
            key=key,
            model=self.model,
            minutes=self.minutes,
            rate=self.rate.amount if self.rate else None,
            value=self.value.amount if self.value else 0,
            periods=self.periods,
            discount_ppm=self.discount_ppm,
            is_optional=self.is_optional,
            alternative=self.alternative.strip(),
            role_id=self.role_id,
        )


@dataclass(frozen=True, slots=True)
class QuoteHead:
    """What stands above and below the lines; an empty currency and tax are the client's."""

    title: str
    contact_id: int | None = None
    opportunity_id: int | None = None
    currency: str = ""
    intro: str = ""
    terms: str = ""
    discount_ppm: int = 0
    tax_rate_id: int | None = None
    valid_until: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
