"""Clients and contacts."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, func, select

from psa_app.errors import Invalid
from psa_app.models import Account, Contact, TaxRate
from psa_app.models.resource import FieldSpec, Resource
from psa_app.rules import codes, fields
from psa_app.rules.invoices import MAX_PAYMENT_DAYS

KINDS = (("prospect", "Prospect"), ("client", "Client"), ("former", "Former client"), ("partner", "Partner"))


def _check_account(session: Session, values: Mapping[str, Any], record: Account | None) -> dict[str, Any]:
    name = values.get("name")
    if name:
        twin = session.exec(select(Account).where(func.lower(Account.name) == name.lower())).first()
        if twin is not None and (record is None or twin.id != record.id):
            raise Invalid(f"There is already a client called {twin.name}.", "name")
    days = values.get("payment_days")
    if days is not None and not 0 <= days <= MAX_PAYMENT_DAYS:
        raise Invalid(f"Give from 0 to {MAX_PAYMENT_DAYS} days to pay.", "payment_days")
    country = values.get("country", record.country if record else "")
    vat_id = values.get("vat_id", "")
    if not vat_id:
        return {}
    return {"vat_id": fields.vat_id(vat_id, "vat_id", country if _is_of(vat_id, country) else "")}


def _is_of(vat_id: str, country: str) -> bool:
    """A number may be of another country than the address: then its own prefix tells."""
    prefix = vat_id.strip()[:2].upper()
    return not (prefix.isalpha() and prefix in codes.VAT_COUNTRIES and codes.VAT_COUNTRIES[prefix] != country)


def _check_contact(session: Session, values: Mapping[str, Any], record: Contact | None) -> None:
    account_id = values.get("account_id", record.account_id if record else None)
    email = values.get("email")
    if email and account_id:
        same = (Contact.account_id == account_id, func.lower(Contact.email) == email.lower())
        twin = session.exec(select(Contact).where(*same)).first()
        if twin is not None and (record is None or twin.id != record.id):
            raise Invalid(f"{twin.name} already has this address.", "email")


ACCOUNTS = Resource(
    kind="accounts",
    model=Account,
    one="Client",
    many="Clients",
    read_right="accounts.read",
    change_right="accounts.change",
    search=("name", "legal_name", "email", "city"),
    sort="name",
    check=_check_account,
    fields=(
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("kind", "Kind", "choice", choices=KINDS, default="client", filterable=True),
        FieldSpec("legal_name", "Legal name", in_list=False, help="As it stands on invoices, if it differs."),
        FieldSpec("street", "Street", in_list=False),
        FieldSpec("postcode", "Postcode", in_list=False, max_length=20),
        FieldSpec("city", "City"),
        FieldSpec("country", "Country", "country", default="AT", help="Two letters, such as AT."),
        FieldSpec("vat_id", "VAT number", in_list=False, max_length=40),
        FieldSpec("email", "E-mail", "email", in_list=False),
        FieldSpec("website", "Website", in_list=False),
        FieldSpec("currency", "Currency", "currency", default="EUR", filterable=True),
        FieldSpec(
            "locale",
            "Language",
            "choice",
            choices=(("en", "English"), ("de", "German")),
            default="en",
            in_list=False,
        ),
        FieldSpec("time_zone", "Time zone", "zone", default="Europe/Vienna", in_list=False),
        FieldSpec("payment_days", "Days to pay", "number", in_list=False, help="Empty: the firm's own."),
        FieldSpec("tax_rate_id", "Tax", "link", links_to=TaxRate, in_list=False),
        FieldSpec("purchase_order_needed", "Needs a purchase order", "bool", default=False, in_list=False),
        FieldSpec("notes", "Internal notes", "multiline", in_list=False, max_length=4000),
        FieldSpec("is_archived", "Archived", "bool", default=False, in_list=False, filterable=True),
    ),
)

CONTACTS = Resource(
    kind="contacts",
    model=Contact,
    one="Contact",
    many="Contacts",
    read_right="contacts.read",
    change_right="contacts.change",
    search=("name", "email", "title"),
    sort="name",
    check=_check_contact,
    fields=(
        FieldSpec(
            "account_id", "Client", "link", required=True, links_to=Account, set="create", filterable=True
        ),
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("email", "E-mail", "email", required=True),
        FieldSpec("phone", "Phone", max_length=40),
        FieldSpec("title", "Position"),
        FieldSpec("is_approver", "May accept scopes and milestones", "bool", default=False),
        FieldSpec("is_billing", "Gets invoices", "bool", default=False),
        FieldSpec("is_archived", "Archived", "bool", default=False, filterable=True),
    ),
)
