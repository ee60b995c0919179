"""Which column of a bank's CSV file is which, by its header in English or German."""

import re
from collections.abc import Mapping, Sequence

from psa_app.formats.time_exports.heads import fold
from psa_app.rules import money

_SPELLINGS = {
    "booked_on": "buchungstag|buchungsdatum|buchung|datum|booking date|booked on|date|transaction date|"
    "posting date|posted date|completed date|date completed",
    "value_on": "valuta|valutadatum|wertstellung|wertstellungsdatum|valuta datum|value date|value",
    "amount": "betrag|umsatz|amount|net amount|transaction amount",
    "credit": "gutschrift|haben|eingang|money in|paid in|credit|credit amount|deposits|deposit",
    "debit": "belastung|lastschrift|soll|ausgang|money out|paid out|debit|debit amount|"
    "withdrawals|withdrawal",
    "side": "soll/haben|s/h|haben/soll|credit/debit|debit/credit|direction|in or out",
    "currency": "wahrung|waehrung|currency|ccy|auftragswahrung",
    "payer": "name zahlungsbeteiligter|auftraggeber/empfanger|beguenstigter/zahlungspflichtiger|"
    "begunstigter/zahlungspflichtiger|zahlungspflichtige*r|zahlungspflichtiger|auftraggeber|partnername|"
    "partner name|counterparty name|counterparty|payer|who paid|payee|name",
    "iban": "iban zahlungsbeteiligter|kontonummer/iban|partner iban|iban des auftraggebers|gegenkonto iban|"
    "partnerkonto|counterparty iban|counterparty account|payer iban|account of who paid|iban",
    "text": "verwendungszweck|zahlungsgrund|umsatztext|buchungstext|buchungs-details|mitteilung|"
    "beschreibung|description|payment details|details|narrative|purpose|memo|text",
    "reference": "zahlungsreferenz|kundenreferenz (end-to-end)|kundenreferenz|end-to-end-referenz|"
    "payment reference|reference|referenz",
    "bank_ref": "buchungsreferenz|transaktions-id|bankreferenz|bank reference|transaction id|"
    "entry reference|id",
    "balance": "saldo nach buchung|saldo|kontostand|balance|running balance|account balance",
}
WANTED = {field: tuple(words.split("|")) for field, words in _SPELLINGS.items()}
_CODE = re.compile(r"\b([A-Z]{3})\b")


def head_currency(header: str) -> str:
    """The currency that a header names: "Betrag (EUR)" and "Gutschrift in CHF" do; else ""."""
    return next((code for code in _CODE.findall(header) if code in money.CURRENCIES), "")


def plain_head(header: str) -> str:
    """A header as `WANTED` spells it: without its currency, accents and case."""
    code = head_currency(header)
    bare = re.sub(rf"\s*(?:\bin\s+)?[(\[]?\b{code}\b[)\]]?", "", header) if code else header
    return fold(bare).strip(" :.")


def guess_columns(headers: Sequence[str]) -> dict[str, str]:
    """Field to header, the best spelling first; no header serves two fields."""
    heads: dict[str, str] = {}
    for header in headers:
        heads.setdefault(plain_head(header), header)
    found: dict[str, str] = {}
    for field, spellings in WANTED.items():
        taken = set(found.values())
        known = [heads[one] for one in spellings if one in heads and heads[one] not in taken]
        if known:
            found[field] = known[0]
    if "amount" in found:
        found.pop("credit", None)
        found.pop("debit", None)
    return found


def is_enough(columns: Mapping[str, str]) -> bool:
    """Whether a day and an amount are there, without which no line can be read."""
    return "booked_on" in columns and bool({"amount", "credit", "debit"} & set(columns))
