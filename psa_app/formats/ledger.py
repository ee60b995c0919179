"""The general ledger as files: hledger and beancount journals, journal entries for QuickBooks and Xero."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from psa_app.formats.csv_out import write_csv
from psa_app.rules.ledger import ACCOUNTS, Account, Entry, Posting
from psa_app.rules.money import exponent, plain

FORMATS = (
    ("hledger", "hledger journal"),
    ("beancount", "beancount file"),
    ("quickbooks", "QuickBooks: journal entries as CSV"),
    ("xero", "Xero: manual journals as CSV"),
)
SUFFIX = {"hledger": "journal", "beancount": "beancount", "quickbooks": "csv", "xero": "csv"}
# An account may be opened once only: so no file does it, and those of many months fit into one ledger.
_OPENS_ITSELF = "; A ledger that includes this file needs the next line too, or opens the accounts itself."


def ledger_file(
    entries: Sequence[Entry], form: str, base: str, accounts: Mapping[str, Account], *, is_test: bool
) -> bytes:
    """The file; the same entries give the same bytes."""
    if form == "beancount":
        return _beancount(entries, base, accounts, is_test)
    if form == "quickbooks":
        return _quickbooks(entries, base, accounts)
    if form == "xero":
        return _xero(entries, base, accounts)
    return _hledger(entries, base, accounts, is_test)


def _used(entries: Sequence[Entry]) -> list[str]:
    used = {part.account for one in entries for part in one.postings}
    return [key for key in ACCOUNTS if key in used]


def _line(text: str) -> str:
    """A text without what ends a description in a journal."""
    return re.sub(r"[\s;|()]+", " ", text).strip()


def _told(part: Posting, base: str) -> str:
    """The amount, and beside it what it was in another currency."""
    amount = f"{plain(part.amount, base)} {base}"
    if part.currency == base or not part.original:
        return amount
    return f"{amount}  ; {plain(part.original, part.currency)} {part.currency}"


def _hledger_name(account: Account) -> str:
    return f"{account.kind.lower()}:{_line(account.code)} {_line(account.name)}".replace("  ", " ")


def _hledger(entries: Sequence[Entry], base: str, accounts: Mapping[str, Account], is_test: bool) -> bytes:
    rows = ["; TEST: no real money"] if is_test else []
    rows.append(f"commodity 1000.{'0' * exponent(base)} {base}")  # `hledger check --strict` asks for it
    rows += [f"account {_hledger_name(accounts[key])}" for key in _used(entries)]
    rows.append("")
    for one in entries:
        code = f"({_line(one.number)}) " if one.number else ""
        rows.append(f"{one.on.isoformat()} {code}{_line(one.party)} | {_line(one.text)}")
        rows += [f"    {_hledger_name(accounts[part.account])}  {_told(part, base)}" for part in one.postings]
        rows.append("")
    return "\n".join(rows).encode()


def _bean_name(account: Account) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{account.code} {account.name}").strip("-")
    return f"{account.kind}:{words[:1].upper()}{words[1:]}"


def _quoted(text: str) -> str:
    return '"' + _line(text).replace("\\", "/").replace('"', "'") + '"'


def _beancount(entries: Sequence[Entry], base: str, accounts: Mapping[str, Account], is_test: bool) -> bytes:
    rows = ["; TEST: no real money"] if is_test else []
    rows += [
        _OPENS_ITSELF,
        'plugin "beancount.plugins.auto_accounts"',
        f'option "operating_currency" "{base}"',
    ]
    rows.append("")
    for one in entries:
        told = " ".join(filter(None, (one.number, one.text)))
        rows.append(f"{one.on.isoformat()} * {_quoted(one.party)} {_quoted(told)}")
        rows += [f"  {_bean_name(accounts[part.account])}  {_told(part, base)}" for part in one.postings]
        rows.append("")
    return "\n".join(rows).encode()


def _amount(minor: int, base: str) -> Decimal:
    return Decimal(plain(minor, base))


def _quickbooks(entries: Sequence[Entry], base: str, accounts: Mapping[str, Account]) -> bytes:
    heads = (
        "*JournalNo",
        "*JournalDate",
        "*AccountName",
        "*Debits",
        "*Credits",
        "Description",
        "Name",
        "Currency",
    )
    rows = []
    for place, one in enumerate(entries, 1):
        for part in one.postings:
            debit = _amount(part.amount, base) if part.amount > 0 else None
            credit = _amount(-part.amount, base) if part.amount < 0 else None
            account = accounts[part.account]
            number = f"{one.on:%Y%m%d}-{place}"
            told = " ".join(filter(None, (one.number, one.text)))
            named = f"{account.code} {account.name}"
            rows.append((number, one.on, named, debit, credit, told, one.party, base))
    return write_csv(heads, rows, bom=False)


def _xero(entries: Sequence[Entry], base: str, accounts: Mapping[str, Account]) -> bytes:
    heads = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
    rows = []
    for one in entries:
        told = " ".join(filter(None, (one.number, one.party, one.text)))
        rows += [
            (told, one.on, one.text, accounts[part.account].code, "Tax Exempt", _amount(part.amount, base))
            for part in one.postings
        ]
    return write_csv(heads, rows, bom=False)
