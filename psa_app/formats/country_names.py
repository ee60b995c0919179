"""Countries by their names in a few languages, as other tools write them."""

from functools import cache

LANGUAGES = ("en", "de", "fr", "es", "it")
_ALSO = {
    "UK": "GB",
    "GREAT BRITAIN": "GB",
    "ENGLAND": "GB",
    "USA": "US",
    "HOLLAND": "NL",
    "CZECH REPUBLIC": "CZ",
}


def country_code(text: str) -> str:
    """Two letters for "Austria", "Österreich" or "at"; "" for what is no country here."""
    clean = " ".join(text.split()).casefold()
    return _names().get(clean, "")


@cache
def _names() -> dict[str, str]:
    from babel import Locale

    from psa_app.rules.codes import COUNTRIES

    found = {also.casefold(): code for also, code in _ALSO.items()}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in COUNTRIES:
                found.setdefault(name.casefold(), code)
    return found | {code.casefold(): code for code in COUNTRIES}
