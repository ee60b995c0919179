"""The books: account codes kept by hand; what was written off and exported, written by services."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.models import Invoice, LedgerAccount, LedgerExport, WriteOff
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.many import twin
from psa_app.rules.ledger import ACCOUNTS

_KEYS = tuple((key, f"{one.name} ({one.code})") for key, one in ACCOUNTS.items())


def _check(session: Session, values: Mapping[str, Any], record: LedgerAccount | None) -> None:
    key = values.get("key", record.key if record else "")
    if twin(session, LedgerAccount, record, key=key) is not None:
        raise Invalid("This account has a code of its own already. Change that one.", "key")
    code = values.get("code", "")
    other = twin(session, LedgerAccount, record, code=code) if code else None
    if other is not None or any(code == one.code for name, one in ACCOUNTS.items() if name != key):
        raise Invalid("Another account has this code.", "code")


LEDGER_ACCOUNTS = Resource(
    kind="ledger_accounts",
    model=LedgerAccount,
    one="Ledger account",
    many="Ledger accounts",
    read_right="firm.read",
    change_right="firm.money",
    search=("code", "name"),
    sort="code",
    title="name",
    has_version=False,
    check=_check,
    keys=(("key",),),
    fields=(
        FieldSpec("key", "Account", "choice", required=True, choices=_KEYS, set="create"),
        FieldSpec("code", "Code", required=True, max_length=20, help="As in the firm’s chart of accounts."),
        FieldSpec("name", "Name", required=True, max_length=60),
    ),
)
LEDGER_EXPORTS = Resource(
    kind="ledger_exports",
    model=LedgerExport,
    one="Export of the books",
    many="Exports of the books",
    read_right="books.export",
    search=("digest",),
    sort="-id",
    title="id",
    has_version=False,
    fields=(
        FieldSpec("first_on", "From", "date", filterable=True),
        FieldSpec("last_on", "To", "date", filterable=True),
        FieldSpec("format", "Format", filterable=True),
        FieldSpec("lines", "Entries", "number", adds_up=False),
        FieldSpec("at", "Made", "instant"),
        FieldSpec("digest", "SHA-256", in_list=False),
    ),
)
WRITE_OFFS = Resource(
    kind="write_offs",
    model=WriteOff,
    one="Write-off",
    many="Write-offs",
    read_right="payments.record",
    search=("reason",),
    sort="-id",
    title="id",
    has_version=False,
    fields=(
        FieldSpec("invoice_id", "Invoice", "link", links_to=Invoice, filterable=True),
        FieldSpec("made_on", "Day", "date", filterable=True),
        FieldSpec("amount_minor", "Amount", "money", money_in="currency"),
        FieldSpec("currency", "Currency", "currency", in_list=False),
        FieldSpec("reason", "Why"),
    ),
)
