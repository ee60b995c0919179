"""Who sends, who pays and where to: the blocks of text that an invoice freezes when it is issued.

Each is one line a row. A draft shows them as the records stand now.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlalchemy.orm import object_session
from sqlmodel import Session, col, select

from psa_app.formats import languages, words
from psa_app.models import Account, Address, BankAccount, Contact, Firm, Invoice, TaxNumber


def billing_contacts(session: Session, account_id: int) -> Sequence[Contact]:
    """Who at a client gets its invoices, credit notes and receipts by mail."""
    return session.exec(_CONTACTS, params={"account_id": account_id}).all()


_CONTACTS = (
    select(Contact)
    .where(Contact.account_id == bindparam("account_id"), col(Contact.is_billing), ~col(Contact.is_archived))
    .order_by(col(Contact.id))
)
_NUMBERS = select(TaxNumber).order_by(col(TaxNumber.id))
_BILLING = (
    select(Address)
    .where(Address.account_id == bindparam("account_id"), Address.kind == "billing")
    .order_by(col(Address.id))
)


def seller_block(session: Session, firm: Firm, locale: str = "en") -> str:
    """The firm's legal name, address and numbers, with labels in a language."""
    labels = languages.of(locale)
    named = {"vat": labels.vat, "tax": labels.tax_number, "register": labels.register, "peppol": "Peppol"}
    numbers = session.exec(_NUMBERS).all()
    rows = [
        firm.legal_name or firm.name,
        *_address(firm.street, firm.postcode, firm.city, firm.country, locale),
        *(f"{named.get(number.kind, number.kind)} {number.number}" for number in numbers),
    ]
    return "\n".join(rows)


def buyer_block(account: Account) -> str:
    """The client's legal name, address and VAT number; its billing address stands there if it has one."""
    at = billing_address(account)
    rows = [
        (at.recipient if isinstance(at, Address) else "") or account.legal_name or account.name,
        *_address(at.street, at.postcode, at.city, at.country, account.locale),
        *([f"{languages.of(account.locale).vat} {account.vat_id}"] if account.vat_id else []),
    ]
    return "\n".join(rows)


def billing_address(account: Account) -> Account | Address:
    """Where invoices go: the client's address of the kind billing, else the one on the account itself."""
    session = object_session(account)
    if session is None:
        return account
    return session.scalars(_BILLING, {"account_id": account.id}).first() or account


def _address(street: str, postcode: str, city: str, country: str, locale: str) -> list[str]:
    place = " ".join(part for part in (postcode, city) if part)
    land = words.locale_of(locale).territories.get(country, country)
    return [row for row in (", ".join(part for part in (street, place) if part), land) if row]


def bank_block(session: Session, invoice: Invoice, firm: Firm) -> str:
    """Where to pay, one "label: value" a row; "" without a bank account."""
    bank = session.get(BankAccount, invoice.bank_account_id) if invoice.bank_account_id else None
    if bank is None:
        return ""
    facts = (
        ("Payee", bank.holder or firm.legal_name or firm.name),
        ("IBAN", words.iban(bank.iban)),
        ("BIC", bank.bic),
        ("Account", bank.account_number),
        ("Bank", bank.bank),
    )
    return "\n".join(f"{label}: {value}" for label, value in facts if value)


def bank_facts(block: str) -> dict[str, str]:
    """A bank block by label."""
    return dict(row.split(": ", 1) for row in block.splitlines() if ": " in row)
