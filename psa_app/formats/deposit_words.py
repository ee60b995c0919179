"""What invoices say of deposits, in each language that a client may choose."""

from collections.abc import Mapping
from dataclasses import dataclass

from psa_app.formats import languages


@dataclass(frozen=True, slots=True)
class DepositWords:
    """Lines of an invoice: `{scope}` is a number and a title, `{number}` an invoice's, `{share}` "30 %"."""

    deposit: str
    advance: str
    advance_for: str
    less: str
    at_signature: str
    share_at_signature: str


_WORDS: Mapping[str, DepositWords] = {
    "en": DepositWords(
        "Deposit for {scope}",
        "Advance",
        "Advance for {scope}",
        "Less deposit {number}",
        "due at signature",
        "{share} of its value, due at signature",
    ),
    "de": DepositWords(
        "Anzahlung für {scope}",
        "Vorauszahlung",
        "Vorauszahlung für {scope}",
        "Abzüglich Anzahlung {number}",
        "fällig bei Unterschrift",
        "{share} des Werts, fällig bei Unterschrift",
    ),
    "fr": DepositWords(
        "Acompte pour {scope}",
        "Avance",
        "Avance pour {scope}",
        "Moins l’acompte {number}",
        "à la signature",
        "{share} de la valeur, à la signature",
    ),
    "es": DepositWords(
        "Anticipo por {scope}",
        "Anticipo",
        "Anticipo por {scope}",
        "Menos anticipo {number}",
        "a la firma",
        "{share} del valor, a la firma",
    ),
    "pt": DepositWords(
        "Adiantamento por {scope}",
        "Adiantamento",
        "Adiantamento por {scope}",
        "Menos o adiantamento {number}",
        "na assinatura",
        "{share} do valor, na assinatura",
    ),
}


def deposit_words(locale: str) -> DepositWords:
    """The words in the language of a locale such as "de-AT", English where there are none."""
    return _WORDS[languages.code(locale)]
