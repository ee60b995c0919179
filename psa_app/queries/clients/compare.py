"""Two accounts or contacts side by side, and what would move from each if they became one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.errors import Conflict
from psa_app.models import Account, Contact
from psa_app.models.base import metadata
from psa_app.queries.clients.duplicates import Twin, twins_of
from psa_app.rules.duplicates import Human, people_alike

select: Any = sql_select  # its overloads know no tables of SQLModel
# What people call that which hangs on an account: one, many. Every table with a key to it is here or below.
CALLED: dict[str, tuple[str, str]] = {
    "contact": ("contact", "contacts"),
    "activity": ("activity", "activities"),
    "opportunity": ("opportunity", "opportunities"),
    "time_request": ("request to approve time", "requests to approve time"),
    "quote": ("quote", "quotes"),
    "sow": ("scope", "scopes"),
    "agreement": ("agreement", "agreements"),
    "project": ("project", "projects"),
    "invoice": ("invoice", "invoices"),
    "payment": ("payment", "payments"),
    "bank_line": ("line of a bank statement", "lines of bank statements"),
    "refund": ("refund", "refunds"),
    "dispute": ("dispute", "disputes"),
    "saved_method": ("saved way to pay", "saved ways to pay"),
    "managed_subscription": ("subscription at the payment service", "subscriptions at the payment service"),
    "rate": ("rate", "rates"),
    "rate_modifier": ("rate modifier", "rate modifiers"),
    "address": ("address", "addresses"),
    "account_tax_number": ("number", "numbers"),
    "account": ("client below it", "clients below it"),
    "checklist_item": ("checklist item", "checklist items"),
    "mail": ("sent mail", "sent mails"),
}
CALLED_OF_CONTACT: dict[str, tuple[str, str]] = {
    "activity": ("activity", "activities"),
    "opportunity": ("opportunity", "opportunities"),
    "quote": ("quote", "quotes"),
    "quote_question": ("question", "questions"),
    "change_question": ("question on a change order", "questions on change orders"),
    "mail": ("sent mail", "sent mails"),
    "portal_link": ("link to the portal", "links to the portal"),
    "user": ("sign-in to the portal", "sign-ins to the portal"),
}
# What moves or ends with the merge, and nobody needs to hear of.
QUIET = frozenset({"account_apart", "autopay", "bill_later", "billing_part", "billing_run"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the record and what hangs on it, (table, how many)."""

    record: Any  # an account, or a contact
    hangs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both, in the order asked for, and why they look like one (empty when they do not)."""

    one: Side
    other: Side
    reasons: tuple[str, ...]


def compare(session: Session, actor: Actor, one_id: int, other_id: int) -> Comparison:
    """Two accounts that may be one. `NotFound` outside the actor's sight, `Conflict` once one was merged."""
    require(actor, "accounts.merge")
    one, other = fetch(session, actor, Account, one_id), fetch(session, actor, Account, other_id)
    for account in (one, other):
        if account.merged_into_id is not None:
            raise Conflict(f"{account.name} was merged into another client already.")
    found: list[Twin] = twins_of(session, actor, one)
    reasons = next((twin.reasons for twin in found if twin.id == other_id), ())
    sides = [Side(account, hanging(session, "account", CALLED, account.id)) for account in (one, other)]
    return Comparison(sides[0], sides[1], reasons)


def compare_contacts(session: Session, actor: Actor, one_id: int, other_id: int) -> Comparison:
    """Two contacts that may be one person. Errors as of `compare`."""
    require(actor, "accounts.merge")
    one, other = fetch(session, actor, Contact, one_id), fetch(session, actor, Contact, other_id)
    for contact in (one, other):
        if contact.merged_into_id is not None:
            raise Conflict(f"{contact.name} was merged into another contact already.")
    how = people_alike(*(Human(x.name, x.email, x.phone) for x in (one, other)))
    sides = [Side(x, hanging(session, "contact", CALLED_OF_CONTACT, x.id)) for x in (one, other)]
    return Comparison(sides[0], sides[1], how.reasons)


def hanging(
    session: Session, target: str, called: Mapping[str, object], row_id: int | None
) -> tuple[tuple[str, int], ...]:
    """How many rows of each of the tables in `called` belong to a record, where there are any."""
    found = []
    for name in called:
        table = metadata.tables[name]
        keys = [table.c[column] == row_id for column in keys_to(table, target)]
        statement = select(func.count()).select_from(table).where(or_(*keys))
        count = int(session.connection().execute(statement).scalar_one())
        if count:
            found.append((name, count))
    return tuple(found)


def keys_to(table: Table, target: str) -> list[str]:
    """The columns of a table that say to which account or contact a row belongs; "merged into" is not one."""
    return [
        str(key.parent.name)
        for key in table.foreign_keys
        if key.column.table.name == target and key.parent.name != "merged_into_id"
    ]
