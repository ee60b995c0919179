"""The firm's own settings tables: tax, bank accounts, tax numbers, holidays, exchange rates, series."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.models import BankAccount, ExchangeRate, Holiday, NumberSeries, TaxNumber, TaxRate
from psa_app.models.resource import FieldSpec, Resource
from psa_app.rules import fields
from psa_app.rules.invoices import check_pattern

TAX_KINDS = (
    ("standard", "Standard"),
    ("reduced", "Reduced"),
    ("zero", "Zero"),
    ("exempt", "Exempt"),
    ("reverse_charge", "Reverse charge"),
)


def _check_bank(session: Session, values: Mapping[str, Any], record: BankAccount | None) -> None:
    iban = values.get("iban", record.iban if record else "")
    number = values.get("account_number", record.account_number if record else "")
    if iban:
        fields.iban(iban, "iban")
    elif not number:
        raise Invalid("Give an IBAN or an account number.", "iban")


def _check_tax(session: Session, values: Mapping[str, Any], record: TaxRate | None) -> None:
    kind = values.get("kind", record.kind if record else "standard")
    rate = values.get("rate_ppm", record.rate_ppm if record else 0)
    if not 0 <= rate <= 1_000_000:
        raise Invalid("A tax lies between 0 % and 100 %.", "rate_ppm")
    if kind in ("zero", "exempt", "reverse_charge") and rate:
        raise Invalid("This kind of tax has a rate of 0 %.", "rate_ppm")


def _check_number(session: Session, values: Mapping[str, Any], record: TaxNumber | None) -> None:
    if values.get("kind", record.kind if record else "vat") == "vat" and values.get("number"):
        fields.vat_id(values["number"], "number")


def _check_series(session: Session, values: Mapping[str, Any], record: NumberSeries | None) -> None:
    if "pattern" in values:
        check_pattern(values["pattern"])
    if "next_number" in values and record is not None and values["next_number"] < record.next_number:
        raise Invalid("A series cannot go back: a number would be given twice.", "next_number")


def _check_exchange(session: Session, values: Mapping[str, Any], record: ExchangeRate | None) -> None:
    if values.get("rate_nano", 1) <= 0:
        raise Invalid("An exchange rate is more than zero.", "rate_nano")


TAX_RATES = Resource(
    kind="tax_rates",
    model=TaxRate,
    one="Tax",
    many="Taxes",
    read_right="firm.read",
    change_right="firm.money",
    sort="name",
    check=_check_tax,
    fields=(
        FieldSpec("name", "Name", required=True, max_length=60),
        FieldSpec("kind", "Kind", "choice", choices=TAX_KINDS, default="standard"),
        FieldSpec("rate_ppm", "Rate in millionths", "number", default=0, help="20 % is 200000."),
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
    fields=(
        FieldSpec(
            "kind",
            "Kind",
            "choice",
            default="vat",
            choices=(("vat", "VAT number"), ("tax", "Tax number"), ("register", "Company register")),
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
    fields=(
        FieldSpec("currency", "Currency", "currency", required=True, filterable=True),
        FieldSpec("day", "Day", "date", required=True, filterable=True),
        FieldSpec("rate_nano", "Worth in base currency, times 1,000,000,000", "number", required=True),
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
            choices=(("invoice", "Invoices"), ("sow", "Scopes")),
            set="create",
            required=True,
        ),
        FieldSpec("sandbox", "Sandbox", "bool", default=False, set="create"),
        FieldSpec("pattern", "Pattern", required=True, max_length=60, help="INV-{year}-{n:04}"),
        FieldSpec("next_number", "Next number", "number", default=1),
        FieldSpec("last_date", "Last issued on", "date", set="never"),
    ),
)
