"""The firm's own settings tables: tax, bank accounts, tax numbers, holidays, exchange rates, series."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import BankAccount, ExchangeRate, Firm, Holiday, NumberSeries, TaxNumber, TaxRate
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.many import once, twin
from psa_app.rules import accounts, fields
from psa_app.rules.invoices import check_pattern
from psa_app.rules.taxes import UNTAXED
from psa_app.services.firm.calendars import calendar_code

TAX_KINDS = (
    ("standard", "Standard"),
    ("reduced", "Reduced"),
    ("zero", "Zero"),
    ("exempt", "Exempt"),
    ("reverse_charge", "Reverse charge"),
    ("intra_eu", "Supply within the EU"),
    ("export", "Export"),
    ("outside", "Outside the scope of tax"),
)


def _check_bank(session: Session, values: Mapping[str, Any], record: BankAccount | None) -> dict[str, str]:
    iban = values.get("iban", record.iban if record else "")
    number = values.get("account_number", record.account_number if record else "")
    if not iban and not number:
        raise Invalid("Give an IBAN or an account number.", "iban")
    return {"iban": fields.iban(iban, "iban")} if iban else {}


def _one_default_bank(session: Session, actor: Actor, record: BankAccount) -> None:
    """Among the accounts of a currency one is used by default."""
    if record.is_default:
        same = (col(BankAccount.currency) == record.currency, col(BankAccount.id) != record.id)
        session.execute(update(BankAccount).where(*same).values(is_default=False))


def _one_default_tax(session: Session, actor: Actor, record: TaxRate) -> None:
    if record.is_default:
        session.execute(update(TaxRate).where(col(TaxRate.id) != record.id).values(is_default=False))


def _check_tax(session: Session, values: Mapping[str, Any], record: TaxRate | None) -> None:
    kind = values.get("kind", record.kind if record else "standard")
    rate = values.get("rate_ppm", record.rate_ppm if record else 0)
    if not 0 <= rate <= 1_000_000:
        raise Invalid("A tax lies between 0 % and 100 %.", "rate_ppm")
    if kind in UNTAXED and rate:
        raise Invalid("This kind of tax has a rate of 0 %.", "rate_ppm")
    if values.get("is_default") and not values.get("is_active", record.is_active if record else True):
        raise Invalid("A tax that is not in use cannot be the default.", "is_default")


def _check_number(session: Session, values: Mapping[str, Any], record: TaxNumber | None) -> dict[str, str]:
    kind = values.get("kind", record.kind if record else "vat")
    country = values.get("country", record.country if record else "")
    number = values.get("number", record.number if record else "")
    if kind == "peppol" and number:
        return {"number": accounts.tax_number(kind, country, number)}
    return {"number": fields.vat_id(number, "number", country)} if kind == "vat" and number else {}


def _check_series(session: Session, values: Mapping[str, Any], record: NumberSeries | None) -> None:
    if record is None:
        raise Invalid("Every kind of number has its series already. Change that one.", "kind")
    if "pattern" in values:
        check_pattern(values["pattern"])
        same = (col(NumberSeries.pattern) == values["pattern"], col(NumberSeries.id) != record.id)
        if session.exec(select(NumberSeries.id).where(*same)).first() is not None:
            raise Invalid("Another series has this pattern: a number would be given twice.", "pattern")
    next_number = values.get("next_number", record.next_number)
    if next_number == record.next_number:
        return
    if record.last_date is not None:
        raise Invalid("Numbers follow each other without gaps: none can be left out.", "next_number")
    if not 1 <= next_number <= 10**9:
        raise Invalid("A series starts at 1 or later.", "next_number")


def _check_holiday(session: Session, values: Mapping[str, Any], record: Holiday | None) -> dict[str, str]:
    calendar = calendar_code(str(values.get("calendar", record.calendar if record else "")))
    day = values.get("day", record.day if record else None)
    other = twin(session, Holiday, record, calendar=calendar, day=day)
    if other is not None:
        raise Invalid(f"{other.title} is on this day already.", "day")
    return {"calendar": calendar}


def _check_exchange(session: Session, values: Mapping[str, Any], record: ExchangeRate | None) -> None:
    rate = values.get("rate_nano", record.rate_nano if record else 0)
    if not 0 < rate <= 10**15:
        raise Invalid("Give how much one unit is worth, such as 1.0625.", "rate_nano")
    currency = values.get("currency", record.currency if record else "")
    if once(session, "base currency", lambda: session.exec(select(Firm.base_currency)).first()) == currency:
        raise Invalid("The firm's own currency needs no rate.", "currency")
    day = values.get("day", record.day if record else None)
    if twin(session, ExchangeRate, record, currency=currency, day=day) is not None:
        raise Invalid(f"There is a rate for {currency} on this day already. Change that one.", "day")


TAX_RATES = Resource(
    kind="tax_rates",
    model=TaxRate,
    one="Tax",
    many="Taxes",
    read_right="firm.read",
    change_right="firm.money",
    sort="name",
    check=_check_tax,
    saved=_one_default_tax,
    keys=(("name",),),
    fields=(
        FieldSpec("name", "Name", required=True, max_length=60),
        FieldSpec("kind", "Kind", "choice", choices=TAX_KINDS, default="standard"),
        FieldSpec("rate_ppm", "Rate", "ppm", default=0),
        FieldSpec("note", "Note on paper", max_length=400),
        FieldSpec("is_default", "Default", "bool", default=False),
        FieldSpec("is_active", "In use", "bool", default=True),
    ),
)
BANK_ACCOUNTS = Resource(
    kind="bank_accounts",
    model=BankAccount,
    one="Bank account",
    many="Bank accounts",
    read_right="firm.read",
    change_right="firm.money",
    sort="label",
    search=("label", "iban"),
    title="label",
    check=_check_bank,
    saved=_one_default_bank,
    keys=(("iban",), ("label",)),
    fields=(
        FieldSpec("label", "Name", required=True, max_length=60),
        FieldSpec("holder", "Holder"),
        FieldSpec("bank", "Bank"),
        FieldSpec("iban", "IBAN", max_length=42),
        FieldSpec("bic", "BIC", max_length=11),
        FieldSpec("account_number", "Account number", max_length=60, help="Where there is no IBAN."),
        FieldSpec("currency", "Currency", "currency", required=True),
        FieldSpec("is_default", "Default", "bool", default=False),
    ),
)
TAX_NUMBERS = Resource(
    kind="tax_numbers",
    model=TaxNumber,
    one="Tax number",
    many="Tax numbers",
    read_right="firm.read",
    change_right="firm.money",
    sort="id",
    search=("number",),
    title="number",
    check=_check_number,
    keys=(("number",),),
    fields=(
        FieldSpec(
            "kind",
            "Kind",
            "choice",
            default="vat",
            choices=(
                ("vat", "VAT number"),
                ("tax", "Tax number"),
                ("register", "Company register"),
                ("peppol", "Peppol ID"),
            ),
        ),
        FieldSpec("country", "Country", "country", required=True),
        FieldSpec("number", "Number", required=True, max_length=40),
    ),
)
HOLIDAYS = Resource(
    kind="holidays",
    model=Holiday,
    one="Holiday",
    many="Holidays",
    read_right="holidays.read",
    change_right="firm.change",
    sort="day",
    search=("name", "calendar"),
    check=_check_holiday,
    bulk=("delete",),
    keys=(("calendar", "day"),),
    fields=(
        FieldSpec(
            "calendar",
            "Calendar",
            required=True,
            max_length=10,
            help="AT, or with a region DE-BY.",
            filterable=True,
        ),
        FieldSpec("day", "Day", "date", required=True, filterable=True),
        FieldSpec("name", "Name", required=True, max_length=80),
    ),
)
EXCHANGE_RATES = Resource(
    kind="exchange_rates",
    model=ExchangeRate,
    one="Exchange rate",
    many="Exchange rates",
    read_right="firm.read",
    change_right="exchange.change",
    sort="-day",
    search=("currency",),
    title="currency",
    has_version=False,
    check=_check_exchange,
    keys=(("currency", "day"),),
    fields=(
        FieldSpec("currency", "Currency", "currency", required=True, filterable=True),
        FieldSpec("day", "Day", "date", required=True, filterable=True),
        FieldSpec(
            "rate_nano",
            "Worth in the firm's currency",
            "nano",
            required=True,
            help="How much one unit is worth: 0.921.",
        ),
    ),
)
NUMBER_SERIES = Resource(
    kind="number_series",
    model=NumberSeries,
    one="Number series",
    many="Number series",
    read_right="firm.read",
    change_right="firm.change",
    create_right="",
    sort="kind",
    search=("kind", "pattern"),
    title="pattern",
    check=_check_series,
    fields=(
        FieldSpec(
            "kind",
            "For",
            "choice",
            choices=(
                ("invoice", "Invoices"),
                ("credit_note", "Credit notes"),
                ("sow", "Scopes"),
                ("quote", "Quotes"),
            ),
            set="create",
            required=True,
        ),
        FieldSpec("sandbox", "Sandbox", "bool", default=False, set="create"),
        FieldSpec("pattern", "Pattern", required=True, max_length=60, help="INV-{year}-{n:04}"),
        FieldSpec("next_number", "Next number", "number", default=1),
        FieldSpec("last_date", "Last issued on", "date", set="never"),
    ),
)
