"""Clients, contacts, and what hangs on them: addresses, numbers, activities."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from psa_app.errors import Invalid
from psa_app.formats.languages import LANGUAGES
from psa_app.models import (
    Account,
    AccountTaxNumber,
    Activity,
    Address,
    Contact,
    Opportunity,
    Person,
    ReminderPlan,
    TaxRate,
    User,
)
from psa_app.models.resource import ActWords, FieldSpec, Resource
from psa_app.queries.many import held, once, twin
from psa_app.rules import accounts, fields
from psa_app.rules.accounts import ADDRESS_KINDS, KINDS, MAX_DEPTH, NUMBER_KINDS, TIERS
from psa_app.rules.activities import KINDS as ACTIVITY_KINDS
from psa_app.rules.einvoices.codes import PROFILES
from psa_app.rules.invoices import MAX_PAYMENT_DAYS

__all__ = ["ACCOUNTS", "ACTIVITIES", "ADDRESSES", "CONTACTS", "KINDS", "NUMBERS", "TIERS"]


def _check_account(session: Session, values: Mapping[str, Any], record: Account | None) -> dict[str, Any]:
    if record is not None and record.merged_into_id is not None:
        raise Invalid("This client was merged into another one. Change that one.")
    name = values.get("name")
    if name:
        other = twin(session, Account, record, fold="name", name=name)
        if other is not None:
            raise Invalid(f"There is already a client called {other.title}.", "name")
    days = values.get("payment_days")
    if days is not None and not 0 <= days <= MAX_PAYMENT_DAYS:
        raise Invalid(f"Give from 0 to {MAX_PAYMENT_DAYS} days to pay.", "payment_days")
    for mark in ("bill_at_minutes", "bill_at_minor"):
        least = values.get(mark)
        if least is not None and least <= 0:
            raise Invalid("Give more than nothing, or leave it empty.", mark)
    parent_id = values.get("parent_id")
    if parent_id is not None and (record is None or parent_id != record.parent_id):
        _check_parent(session, parent_id, record)
    vat_id = values.get("vat_id", "")
    if not vat_id:
        return {}
    country = values.get("country", record.country if record else "")
    return {"vat_id": fields.vat_id(vat_id, "vat_id", accounts.vat_country(vat_id, country))}


def _check_parent(session: Session, parent_id: int, record: Account | None) -> None:
    """Locks the branch above first, so that two people cannot close a circle at once."""
    above: list[tuple[int, str]] = []
    next_id: int | None = parent_id
    while next_id is not None and len(above) <= MAX_DEPTH:
        one = held(session, Account, next_id)
        if not above and one.merged_into_id is not None:
            raise Invalid("That client was merged into another one. Choose that one.", "parent_id")
        above.append((int(one.id or 0), one.name))
        next_id = one.parent_id
    accounts.check_parent(record.id if record else None, above, _height(session, record))


def _height(session: Session, record: Account | None) -> int:
    level, height = [record.id] if record else [], 1
    while level and height <= MAX_DEPTH:
        level = list(session.exec(select(Account.id).where(col(Account.parent_id).in_(level))))
        height += bool(level)
    return height


def _check_contact(session: Session, values: Mapping[str, Any], record: Contact | None) -> None:
    account_id = values.get("account_id", record.account_id if record else None)
    if record is not None and record.merged_into_id is not None:
        raise Invalid("This contact was merged into another one. Change that one.")
    if record is None:
        hold(session, account_id)
    email = values.get("email")
    if email and account_id:
        other = twin(session, Contact, record, fold="email", account_id=account_id, email=email)
        if other is not None:
            raise Invalid(f"{other.title} already has this address.", "email")


def hold(session: Session, account_id: int | None) -> None:
    """Keeps the account from being merged away until what is added to it is saved."""
    statement = select(Account).where(Account.id == account_id).with_for_update(read=True)
    fresh = statement.execution_options(populate_existing=True)
    account = once(session, ("held", account_id), lambda: session.exec(fresh).first())
    if account is not None and account.merged_into_id is not None:
        raise Invalid("This client was merged into another one. Add it there.", "account_id")


def _check_address(session: Session, values: Mapping[str, Any], record: Address | None) -> None:
    if record is None:
        hold(session, values.get("account_id"))
    account_id = values.get("account_id", record.account_id if record else None)
    if values.get("kind") == "billing":
        other = twin(session, Address, record, account_id=account_id, kind="billing")
        if other is not None:
            raise Invalid(f"{other.title} is the billing address already. Change that one first.", "kind")
        street, city = (
            values.get(name, getattr(record, name, "") if record else "") for name in ("street", "city")
        )
        if not street or not city:
            missing = "city" if street else "street"
            raise Invalid("A billing address stands on invoices: it needs a street and a city.", missing)


def _check_number(
    session: Session, values: Mapping[str, Any], record: AccountTaxNumber | None
) -> dict[str, Any]:
    kind, country, number, account_id = (
        values.get(name, getattr(record, name, "") if record else "")
        for name in ("kind", "country", "number", "account_id")
    )
    if record is None:
        hold(session, account_id)
    country = accounts.numbers_country(kind, country)
    clean = accounts.tax_number(kind, country, number)
    same = {"account_id": account_id, "kind": kind, "country": country}
    if twin(session, AccountTaxNumber, record, **same) is not None:
        raise Invalid("There is one of this kind for this country. Change that one.", "kind")
    return {"number": clean}


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
    keys=(("name",), ("vat_id",), ("domain",), ("email",)),
    fields=(
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("kind", "Kind", "choice", choices=KINDS, default="client", filterable=True),
        FieldSpec(
            "tier", "Tier", "choice", choices=(("", "–"), *TIERS), default="", filterable=True, more=True
        ),
        FieldSpec("owner_id", "Owner", "link", links_to=Person, filterable=True),
        FieldSpec("parent_id", "Parent", "link", links_to=Account, filterable=True, in_list=False, more=True),
        FieldSpec(
            "legal_name",
            "Legal name",
            in_list=False,
            help="As it stands on invoices, if it differs.",
            more=True,
        ),
        FieldSpec("street", "Street", in_list=False, more=True),
        FieldSpec("postcode", "Postcode", in_list=False, max_length=20, more=True),
        FieldSpec("city", "City", more=True),
        FieldSpec("country", "Country", "country", default="AT", usual="country"),
        FieldSpec("vat_id", "VAT number", in_list=False, max_length=40, more=True),
        FieldSpec("email", "E-mail", "email", in_list=False),
        FieldSpec("website", "Website", in_list=False, form="website"),
        FieldSpec("currency", "Currency", "currency", default="EUR", usual="base_currency", filterable=True),
        FieldSpec(
            "locale",
            "Language",
            "choice",
            choices=LANGUAGES,
            default="en",
            in_list=False,
        ),
        FieldSpec(
            "time_zone",
            "Time zone",
            "zone",
            default="Europe/Vienna",
            usual="time_zone",
            in_list=False,
            more=True,
        ),
        FieldSpec(
            "payment_days", "Days to pay", "number", in_list=False, help="Empty: the firm's own.", more=True
        ),
        FieldSpec(
            "bill_at_minutes",
            "Bill a scope at hours",
            "minutes",
            in_list=False,
            adds_up=False,
            help="Approved work that makes a draft before its period ends. A scope may have its own.",
            more=True,
        ),
        FieldSpec(
            "bill_at_minor",
            "Bill a scope at a value",
            "money",
            money_in="currency",
            in_list=False,
            adds_up=False,
            more=True,
        ),
        FieldSpec("tax_rate_id", "Tax", "link", links_to=TaxRate, in_list=False, more=True),
        FieldSpec(
            "purchase_order_needed", "Needs a purchase order", "bool", default=False, in_list=False, more=True
        ),
        FieldSpec(
            "einvoice",
            "Invoices as",
            "choice",
            choices=PROFILES,
            default="",
            in_list=False,
            filterable=True,
            help="Electronic invoices carry the figures for the client’s own software.",
            more=True,
        ),
        FieldSpec(
            "buyer_reference",
            "Buyer reference",
            in_list=False,
            max_length=100,
            help="Told by the client; public buyers in Germany give a Leitweg-ID, kept with the numbers.",
            more=True,
        ),
        FieldSpec(
            "reminder_plan_id",
            "Reminders",
            "link",
            links_to=ReminderPlan,
            in_list=False,
            read_right="firm.read",
            help="Empty: the usual plan.",
            more=True,
        ),
        FieldSpec("reminders_paused", "Reminders rest", "bool", default=False, in_list=False, more=True),
        FieldSpec("notes", "Internal notes", "multiline", in_list=False, max_length=4000, more=True),
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
    keys=(("account_id", "email"), ("email",), ("account_id", "name")),
    fields=(
        FieldSpec(
            "account_id", "Client", "link", required=True, links_to=Account, set="create", filterable=True
        ),
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("email", "E-mail", "email", required=True),
        FieldSpec("phone", "Phone", max_length=40, form="phone"),
        FieldSpec("title", "Position"),
        FieldSpec("is_approver", "May accept scopes and milestones", "bool", default=False),
        FieldSpec("is_billing", "Gets invoices", "bool", default=False),
        FieldSpec("is_technical", "Technical contact", "bool", default=False),
        FieldSpec("notes", "Internal notes", "multiline", in_list=False, max_length=4000),
        FieldSpec("is_archived", "Archived", "bool", default=False, filterable=True),
    ),
)

ADDRESSES = Resource(
    kind="addresses",
    model=Address,
    one="Address",
    many="Addresses",
    read_right="accounts.read",
    change_right="accounts.change",
    search=("label", "city"),
    sort="label",
    title="label",
    check=_check_address,
    bulk=("delete",),
    keys=(("account_id", "label"),),
    fields=(
        FieldSpec(
            "account_id", "Client", "link", required=True, links_to=Account, set="create", filterable=True
        ),
        FieldSpec("label", "Name", required=True, max_length=80, help="Branch Graz, Warehouse."),
        FieldSpec(
            "kind",
            "Kind",
            "choice",
            choices=ADDRESS_KINDS,
            default="other",
            filterable=True,
            help="A billing address stands on invoices and scopes instead of the client’s own.",
        ),
        FieldSpec("recipient", "Recipient", in_list=False, help="If not the client’s legal name."),
        FieldSpec("street", "Street"),
        FieldSpec("postcode", "Postcode", max_length=20),
        FieldSpec("city", "City"),
        FieldSpec("country", "Country", "country", default="AT", usual="country"),
    ),
)

NUMBERS = Resource(
    kind="account_numbers",
    model=AccountTaxNumber,
    one="Number",
    many="Numbers",
    read_right="accounts.read",
    change_right="accounts.change",
    search=("number",),
    sort="kind",
    title="number",
    check=_check_number,
    bulk=("delete",),
    keys=(("account_id", "kind", "country"),),
    fields=(
        FieldSpec(
            "account_id", "Client", "link", required=True, links_to=Account, set="create", filterable=True
        ),
        FieldSpec("kind", "Kind", "choice", required=True, choices=NUMBER_KINDS, filterable=True),
        FieldSpec("country", "Country", "country", default="AT", usual="country"),
        FieldSpec("number", "Number", required=True, max_length=60),
    ),
)

ACTIVITIES = Resource(
    kind="activities",
    model=Activity,
    one="Activity",
    many="Activities",
    read_right="activities.read",
    search=("subject",),
    sort="-id",
    title="subject",
    bulk=("complete", "reopen", "delete"),
    words=(ActWords("reopen", "Open again", "Open {rows} again?"),),
    fields=(
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("contact_id", "Contact", "link", links_to=Contact, filterable=True),
        FieldSpec("opportunity_id", "Opportunity", "link", links_to=Opportunity, filterable=True),
        FieldSpec("kind", "Kind", "choice", choices=ACTIVITY_KINDS, filterable=True),
        FieldSpec("subject", "Subject"),
        FieldSpec("body", "Notes", "multiline", in_list=False),
        FieldSpec("at", "At", "instant"),
        FieldSpec("due_on", "Due", "date", filterable=True),
        FieldSpec("owner_id", "Whose", "link", links_to=User, filterable=True),
        FieldSpec("done_at", "Done", "instant"),
    ),
)
