"""From what is typed about a quote to what its service takes, and back; and what it comes to meanwhile."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from psa_app.display.forms import FieldSpec, Option
from psa_app.display.paper import PaperTotal
from psa_app.display.quote import CatalogueItem, QuoteLineDraft, QuoteSums
from psa_app.errors import Invalid
from psa_app.formats import words
from psa_app.models import Quote, QuoteLine, ServiceItem
from psa_app.queries.quotes.one import Choices, OneQuote
from psa_app.queries.quotes.paper import percent
from psa_app.rules import fields, hours, money, quotes
from psa_app.rules.money import CURRENCIES, Money
from psa_app.rules.taxes import TaxKind, TaxRounding
from psa_app.services.problems import FieldProblems
from psa_app.services.quotes.inputs import QuoteHead, QuoteLineInput
from psa_app.state.contracts.scope_form import currencies

_LINES: TypeAdapter[list[QuoteLineDraft]] = TypeAdapter(list[QuoteLineDraft])
LONGEST = 200_000
UNREAD = "The lines could not be read. Reload the page, then try again."


def read_head(data: Mapping[str, Any], found: FieldProblems) -> QuoteHead:
    """The head of a quote as the form says; what cannot be read goes into `found`."""

    def text(name: str) -> str:
        value = data.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def whole(name: str) -> int | None:
        return found.tried(lambda: fields.optional_whole(text(name), name), None)

    def day(name: str) -> date | None:
        return found.tried(lambda: fields.optional_date(text(name), name), None)

    return QuoteHead(
        title=text("title"),
        contact_id=whole("contact_id"),
        opportunity_id=whole("opportunity_id"),
        currency=text("currency"),
        intro=text("intro"),
        terms=text("terms"),
        discount_ppm=_ppm(text("discount"), "discount", found),
        tax_rate_id=whole("tax_rate_id"),
        valid_until=day("valid_until"),
        starts_on=day("starts_on"),
        ends_on=day("ends_on"),
    )


def read_lines(text: str, currency: str, found: FieldProblems) -> tuple[QuoteLineInput, ...]:
    """The lines that the editor wrote as JSON; amounts are read in `currency`.

    Raises `Invalid` for what no editor writes.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        drafts = _LINES.validate_python(json.loads(text or "[]"))
    except (ValidationError, ValueError, RecursionError):
        raise Invalid(UNREAD, "lines") from None
    return tuple(_line(draft, f"lines.{place}", currency, found) for place, draft in enumerate(drafts))


def _line(draft: QuoteLineDraft, field: str, currency: str, found: FieldProblems) -> QuoteLineInput:
    def amount(text: str, name: str) -> Money | None:
        read: Callable[[], int] = lambda: money.parse_amount(text, currency, f"{field}.{name}")  # noqa: E731
        return Money(found.tried(read, 1), currency) if text.strip() else None

    def whole(text: str, name: str) -> int | None:
        return found.tried(lambda: fields.optional_whole(text, f"{field}.{name}"), None)

    def minutes() -> int:
        return hours.parse_duration(draft.hours, f"{field}.minutes") if draft.hours.strip() else 0

    by_time, periodic = draft.model == quotes.TIME, draft.model in quotes.PERIODIC
    return QuoteLineInput(
        title=draft.title,
        model=draft.model,
        description=draft.description,
        role_id=whole(draft.role, "role_id"),
        minutes=found.tried(minutes, 0),
        rate=amount(draft.rate, "rate") if by_time else None,
        value=None if by_time else amount(draft.value, "value"),
        cap=amount(draft.cap, "cap") if by_time else None,
        periods=(whole(draft.periods, "periods") or 0) if periodic else 1,
        discount_ppm=_ppm(draft.discount, f"{field}.discount", found),
        is_optional=draft.optional,
        alternative=draft.alternative,
        is_chosen=draft.chosen,
        service_item_id=whole(draft.item, "title"),
    )


def _ppm(text: str, field: str, found: FieldProblems) -> int:
    return found.tried(lambda: fields.percent_ppm(text, field), 0) if text.strip() else 0


def ppm_text(ppm: int) -> str:
    """Millionths as a person types them: 77,000 is "7.7", 0 is ""."""
    whole, rest = divmod(ppm, 10_000)
    return (f"{whole}.{rest:04}".rstrip("0").rstrip(".")) if ppm else ""


def drafts_of(lines: Sequence[QuoteLine], currency: str) -> list[QuoteLineDraft]:
    """The lines as they are typed: amounts with their digits, hours as h:mm."""

    def amount(value: int | None) -> str:
        return money.plain(value, currency) if value else ""

    return [
        QuoteLineDraft(
            line.model,
            line.title,
            line.description,
            str(line.role_id or ""),
            hours.h_mm(line.minutes) if line.minutes else "",
            amount(line.rate_minor),
            amount(line.value_minor),
            amount(line.cap_minor),
            str(line.periods) if line.model in quotes.PERIODIC else "",
            ppm_text(line.discount_ppm),
            line.is_optional,
            line.alternative,
            line.is_chosen,
            str(line.service_item_id or ""),
        )
        for line in lines
    ]


def catalogue(items: Sequence[ServiceItem]) -> list[CatalogueItem]:
    """The catalogue as the editor offers it."""
    return [
        CatalogueItem(
            str(one.id),
            one.name,
            one.model,
            one.description,
            str(one.role_id or ""),
            hours.h_mm(one.minutes) if one.minutes else "",
            money.plain(one.price_minor, one.currency) if one.price_minor else "",
            one.currency,
        )
        for one in items
    ]


def head_specs(one: OneQuote, offered: Choices) -> list[FieldSpec]:
    """The fields above the lines."""
    quote = one.quote
    people = [Option("", "–"), *(Option(str(x.id), x.name) for x in one.contacts)]
    chances = [Option("", "–"), *(Option(str(key), title) for key, title in offered.opportunities)]
    return [
        FieldSpec("title", "Title", value=quote.title, required=True, wide=True),
        FieldSpec("contact_id", "For", "choice", value=str(quote.contact_id or ""), options=people),
        FieldSpec("valid_until", "Open until", "date", value=_iso(quote.valid_until)),
        FieldSpec("starts_on", "Starts", "date", value=_iso(quote.starts_on)),
        FieldSpec("ends_on", "Ends", "date", value=_iso(quote.ends_on)),
        FieldSpec(
            "opportunity_id", "Opportunity", "choice", value=str(quote.opportunity_id or ""), options=chances
        ),
        FieldSpec(
            "intro",
            "What it is about",
            "textarea",
            value=quote.intro,
            wide=True,
            help="The client reads this first.",
        ),
    ]


def foot_specs(quote: Quote, offered: Choices) -> list[FieldSpec]:
    """The fields below the lines: discount, tax, currency and terms."""
    taxes = [Option("", "the client’s own"), *(Option(str(key), name) for key, name, _, _ in offered.taxes)]
    return [
        FieldSpec(
            "discount", "Discount on everything", "percent", value=ppm_text(quote.discount_ppm), unit="%"
        ),
        FieldSpec("tax_rate_id", "Tax", "choice", value=str(quote.tax_rate_id or ""), options=taxes),
        FieldSpec("currency", "Currency", "choice", value=quote.currency, options=currencies(quote.currency)),
        FieldSpec("terms", "Terms", "textarea", value=quote.terms, wide=True),
    ]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def sums_of(
    text: str, currency: str, offered: Choices, usual_tax: int | None, costs: Mapping[int, int] | None
) -> QuoteSums:
    """What a draft comes to while one types: what cannot be read yet counts as nothing and is said.

    `costs` are the roles' standard costs, None for who may not see what is earned. Raises `Invalid` for
    what no editor sends.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        body = json.loads(text)
        lines, head = (
            json.dumps(body["lines"]),
            {key: str(body.get(key, "")) for key in ("discount", "tax_rate_id", "currency")},
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid(UNREAD, "lines") from None
    found = FieldProblems()
    currency = head["currency"] if head["currency"] in CURRENCIES else currency
    given = read_lines(lines, currency, found)
    discount = _ppm(head["discount"], "discount", found)
    wanted = int(head["tax_rate_id"]) if head["tax_rate_id"].isdecimal() else usual_tax
    tax = next((one for one in offered.taxes if one[0] == wanted), None)
    return _sums(given, currency, discount, tax, offered.rounding, costs, bool(found.fields))


def _sums(
    given: Sequence[QuoteLineInput],
    currency: str,
    discount: int,
    tax: tuple[int, str, str, int] | None,
    rounding: str,
    costs: Mapping[int, int] | None,
    is_partial: bool,
) -> QuoteSums:
    rules = [line.as_rule(place) for place, line in enumerate(given)]
    chosen = quotes.usual_choice(rules, {place for place, line in enumerate(given) if line.is_chosen})
    found = quotes.figures(
        rules,
        chosen,
        discount_ppm=discount,
        tax=(TaxKind(tax[2]), tax[3]) if tax else None,
        rounding=cast(TaxRounding, rounding),
    )
    wrong = "Something typed cannot be read yet; it is not in these sums." if is_partial else ""
    earned, unknown = _margin(rules, chosen, given, costs, discount, currency)
    return QuoteSums(
        [words.money(quotes.line_figures(line, discount).net, currency) for line in rules],
        list(total_rows(found, currency, tax[1] if tax else "")),
        earned,
        unknown,
        wrong,
    )


def total_rows(found: quotes.Figures, currency: str, tax_name: str) -> list[PaperTotal]:
    """The totals beside the lines."""

    def row(label: str, amount: int, strong: bool = False) -> PaperTotal:
        return PaperTotal(label, words.money(amount, currency), strong)

    rows = [row("Lines", found.gross)]
    if found.discount:
        rows.append(row("Discount", -found.discount))
    if found.recurring:
        rows += [row("Paid once", found.one_off), row("Over all months", found.recurring)]
        rows.append(row("That is a month", found.per_period))
    rows.append(row("Net", found.net))
    for one in found.tax_lines:
        rows.append(row(tax_name or f"Tax {percent(one.rate_ppm)}", one.tax))
    return [*rows, row("Total" if found.tax_lines else "Total before tax", found.total, strong=True)]


def _margin(
    rules: Sequence[quotes.Line],
    chosen: frozenset[int],
    given: Sequence[QuoteLineInput],
    costs: Mapping[int, int] | None,
    discount: int,
    currency: str,
) -> tuple[list[PaperTotal], str]:
    if costs is None or not rules:
        return [], ""
    found = quotes.margin(rules, chosen, costs, discount)
    names = [given[key].title.strip() or f"line {key + 1}" for key in found.unknown]
    unknown = f"No cost known of {', '.join(names)}: a role and hours are missing." if names else ""
    if found.ppm is None:
        return [], unknown
    share = percent(10_000 * money.divide(found.ppm, 10_000)).replace("-", "−")
    return [
        PaperTotal("Net of it", words.money(found.net, currency)),
        PaperTotal("Cost of its hours", words.money(found.cost, currency)),
        PaperTotal(f"Margin {share}", words.money(found.margin, currency), True),
    ], unknown
