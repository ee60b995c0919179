"""Statements in ISO 20022's camt.053, versions 2 to 13.

Source: ISO 20022 Message Definition Report "Bank-to-Customer Cash Management", camt.053.001.02 and .08:
version 8 writes the state of an entry one level deeper (`Sts/Cd`) and a party's name below `Pty`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from psa_app.errors import Invalid
from psa_app.formats.bank_statements.amounts import minor
from psa_app.formats.bank_statements.safe_xml import Node, read_xml
from psa_app.formats.bank_statements.values import Entry, Statement

_OTHERS = {
    "BkToCstmrAcctRpt": "a report during the day (camt.052)",
    "BkToCstmrDbtCdtNtfctn": "a notification (camt.054)",
    "CstmrCdtTrfInitn": "an order to the bank (pain.001)",
    "CstmrDrctDbtInitn": "an order to the bank (pain.008)",
}
_NAMESPACE = re.compile(r"camt\.053\.\d{3}\.\d{2}$")
_NOTHING = {"NOTPROVIDED", "NOTPROVIDED.", "NONREF", "NONE", "N/A"}
_OPENING = ("OPBD", "PRCD")  # the previous day's closing balance opens this one
_CLOSING = ("CLBD",)
_PAGED = ("ITBD",)  # a statement over several pages carries interim balances between them


def read_camt(data: bytes) -> tuple[Statement, ...]:
    """Every statement in the file. Raises `Invalid` ("file") with what to do."""
    root = read_xml(data)
    body = root.first("BkToCstmrStmt")
    if root.name != "Document" or body is None:
        other = next((_OTHERS[node.name] for node in root.children if node.name in _OTHERS), "")
        is_a = f"This is {other}." if other else "This is no bank statement."
        raise Invalid(f"{is_a} Ask the bank for the statement as CAMT.053.", "file")
    if root.namespace and not _NAMESPACE.search(root.namespace):
        raise Invalid("This statement says that it is of another kind than CAMT.053.", "file")
    found = tuple(_statement(node, place) for place, node in enumerate(body.all("Stmt"), 1))
    if not found:
        raise Invalid("The file holds no statement.", "file")
    return found


def _statement(node: Node, place: int) -> Statement:
    try:
        return _read(node)
    except Invalid as error:
        raise Invalid(f"Statement {place}: {error.sentence}", "file") from None


def _read(node: Node) -> Statement:
    balances = [_balance(one) for one in node.all("Bal")]
    currency = node.word("Acct/Ccy") or next((code for _, _, code in balances), "")
    entries: list[Entry] = []
    waiting = 0
    for place, entry in enumerate(node.all("Ntry"), 1):
        if (entry.word("Sts/Cd", "Sts") or "BOOK") != "BOOK":
            waiting += 1
            continue
        try:
            entries.extend(_entries(entry))
        except Invalid as error:
            raise Invalid(f"entry {place}: {error.sentence}") from None
    currency = currency or next((one.currency for one in entries), "")
    if any(one.currency != currency for one in entries):
        raise Invalid(f"an entry is in another currency than the account ({currency}).")
    opening, closing = _ends(balances)
    number = node.word("ElctrncSeqNb", "LglSeqNb")
    account = "".join(node.word("Acct/Id/IBAN", "Acct/Id/Othr/Id").split()).upper()
    return Statement(
        kind="camt",
        number=number or node.word("Id"),
        account=account,
        currency=currency,
        entries=tuple(entries),
        opening=opening,
        closing=closing,
        waiting=waiting,
    )


def _balance(node: Node) -> tuple[str, int, str]:
    amount, currency = _amount(node)
    return node.word("Tp/CdOrPrtry/Cd"), amount, currency


def _ends(balances: list[tuple[str, int, str]]) -> tuple[int | None, int | None]:
    """Opening and closing; between the pages of one statement interim balances stand for them."""

    def of(codes: tuple[str, ...], place: int) -> int | None:
        found = [amount for code, amount, _ in balances if code in codes]
        return found[place] if found else None

    interim = [amount for code, amount, _ in balances if code in _PAGED]
    opening, closing = of(_OPENING, 0), of(_CLOSING, -1)
    if opening is None and interim:
        opening = interim[0]
    if closing is None and interim:
        closing = interim[-1]
    return opening, closing


def _amount(node: Node) -> tuple[int, str]:
    """Signed by the node's own mark: `CdtDbtInd` says whether money came or went."""
    given = node.first("Amt")
    if given is None:
        raise Invalid("an amount is missing.")
    currency = given.attributes.get("Ccy", "")
    side = node.word("CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise Invalid("it does not say whether money came or went.")
    amount = minor(given.text, currency)
    return (amount if side == "CRDT" else -amount), currency


def _entries(entry: Node) -> list[Entry]:
    """The entry, or each of its payments when it gathers several whose amounts make up its own."""
    amount, currency = _amount(entry)
    details = entry.all("NtryDtls/TxDtls")
    booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if booked_on is None:
        raise Invalid("the day of booking is missing.")
    whole = Entry(
        booked_on=booked_on,
        amount=amount,
        currency=currency,
        value_on=_day(entry, "ValDt"),
        text=entry.word("AddtlNtryInf"),
        bank_ref=_given(entry.word("AcctSvcrRef")),
        is_reversal=entry.word("RvslInd") in ("true", "1"),
    )
    if len(details) == 1:
        return [_with(whole, entry, details[0])]
    if parts := _parts(amount, currency, details):
        return [
            _with(replace(whole, amount=part), entry, one) for part, one in zip(parts, details, strict=True)
        ]
    texts = [_text(one) for one in details] or [whole.text]
    return [replace(whole, text=_joined(texts), charges=_charges(entry, currency))]


def _parts(amount: int, currency: str, details: list[Node]) -> list[int]:
    """Each detail's signed amount, if together they are the entry's; else nothing."""
    parts: list[int] = []
    for one in details:
        given = one.first("Amt", "AmtDtls/TxAmt/Amt")
        if given is None or given.attributes.get("Ccy") != currency:
            return []
        side = one.word("CdtDbtInd") or ("CRDT" if amount >= 0 else "DBIT")
        part = minor(given.text, currency)
        parts.append(part if side == "CRDT" else -part)
    return parts if sum(parts) == amount else []


def _with(entry: Entry, node: Node, detail: Node) -> Entry:
    """The entry with what its one detail says of payer, reference and text."""
    side = "Dbtr" if entry.amount >= 0 else "Cdtr"
    parties = f"RltdPties/{side}"
    own = _given(detail.word("Refs/AcctSvcrRef", "Refs/TxId", "Refs/UETR"))
    return replace(
        entry,
        payer=detail.word(f"{parties}/Nm", f"{parties}/Pty/Nm", f"RltdPties/Ultmt{side}/Nm"),
        iban="".join(detail.word(f"{parties}Acct/Id/IBAN", f"{parties}Acct/Id/Othr/Id").split()).upper(),
        text=_text(detail) or entry.text,
        reference=_given(detail.word("RmtInf/Strd/CdtrRefInf/Ref")),
        bank_ref=" ".join(dict.fromkeys(filter(None, (entry.bank_ref, own)))),
        charges=_charges(detail, entry.currency) or _charges(node, entry.currency),
        told=_told(detail, entry.currency),
        is_reversal=entry.is_reversal or bool(detail.first("RtrInf")),
    )


def _text(detail: Node) -> str:
    """All that the payer wrote, and the end-to-end reference, in which many put the invoice's number."""
    written = [node.text for node in detail.all("RmtInf/Ustrd")]
    written += [node.text for node in detail.all("RmtInf/Strd/AddtlRmtInf")]
    written += [node.text for node in detail.all("RmtInf/Strd/RfrdDocInf/Nb")]
    end_to_end = _given(detail.word("Refs/EndToEndId"))
    return _joined([*written, end_to_end, "" if written else detail.word("AddtlTxInf")])


def _joined(texts: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(word for text in texts if (word := " ".join(text.split()))))[:1000]


def _charges(node: Node, currency: str) -> int:
    """What banks on the way took off, in the account's currency; charges in others are not added up."""
    total = 0
    for one in [*node.all("Chrgs/Rcrd"), *(node.all("Chrgs") if not node.all("Chrgs/Rcrd") else [])]:
        given = one.first("Amt", "TtlChrgsAndTaxAmt")
        if given is not None and given.attributes.get("Ccy") == currency:
            total += minor(given.text, currency)
    return total


def _told(detail: Node, currency: str) -> str:
    """The amount as the payer sent it, when that was in another currency."""
    given = detail.first("AmtDtls/InstdAmt/Amt")
    code = given.attributes.get("Ccy", "") if given is not None else ""
    return f"{given.text.strip()} {code}" if given is not None and code != currency else ""


def _given(text: str) -> str:
    return "" if text.upper() in _NOTHING else text


def _day(node: Node, name: str) -> date | None:
    text = node.word(f"{name}/Dt", f"{name}/DtTm")
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Invalid(f"“{text[:20]}” is no day.") from None
