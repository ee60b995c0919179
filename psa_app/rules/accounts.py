"""Rules of accounts: their kinds and tiers, who stands above whom, and the forms of their numbers."""

import re
from collections.abc import Mapping

from psa_app.errors import Invalid
from psa_app.rules import codes, fields

KINDS = (("prospect", "Prospect"), ("client", "Client"), ("former", "Former client"), ("partner", "Partner"))
TIERS = (("a", "A"), ("b", "B"), ("c", "C"))
ADDRESS_KINDS = (("billing", "Billing"), ("delivery", "Delivery"), ("visit", "Visit"), ("other", "Other"))
NUMBER_KINDS = (
    ("vat", "VAT number"),
    ("tax", "Tax number"),
    ("register", "Register number"),
    ("leitweg", "Leitweg-ID"),
    ("peppol", "Peppol ID"),
)
MAX_DEPTH = 5  # accounts above each other, the top one included

# Pattern and an example by kind and country. Tax numbers: Austria's Steuernummer (2 and 7 digits), Germany's
# by the Land or of the federation (10 to 13), France's SIREN or SIRET, Spain's NIF, Britain's UTR, the EIN of
# the United States. Register numbers: as the court or office of the country writes them.
_FORMS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("tax", "AT"): (r"\d{9}", "12 345/6789"),
    ("tax", "DE"): (r"\d{10,13}", "181/815/08155"),
    ("tax", "FR"): (r"\d{9}|\d{14}", "732 829 320"),
    ("tax", "ES"): (r"[A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z]", "A12345674"),
    ("tax", "GB"): (r"\d{10}", "1234567890"),
    ("tax", "IT"): (r"\d{11}|[A-Z0-9]{16}", "12345678901"),
    ("tax", "PL"): (r"\d{10}", "1234567890"),
    ("tax", "US"): (r"\d{9}", "12-3456789"),
    ("register", "AT"): (r"(FN)?\d{1,6}[A-Z]", "FN 123456a"),
    ("register", "CH"): (r"CHE\d{9}", "CHE-123.456.789"),
    ("register", "CZ"): (r"\d{8}", "12345678"),
    ("register", "DE"): (r"[A-ZÄÖÜ]*(HRA|HRB|GNR|PR|VR)\d{1,6}[A-Z]{0,2}", "HRB 12345"),
    ("register", "GB"): (r"[A-Z]{0,2}\d{6,8}", "01234567"),
    ("register", "NL"): (r"\d{8}", "12345678"),
    ("register", "SE"): (r"\d{10}", "556012-5790"),
}
# Germany's routing number of a public buyer: 2 to 12 digits, up to 30 letters and digits, two check digits.
_LEITWEG = re.compile(r"\d{2,12}(-[A-Z0-9]{1,30})?-\d{2}", re.ASCII)
# Peppol participant identifier: an ICD of four digits, then the number in that scheme.
_PEPPOL = re.compile(r"\d{4}:[A-Za-z0-9._~-]{1,50}", re.ASCII)


def tax_number(kind: str, country: str, number: str) -> str:
    """The number as it is kept, its form checked where kind and country are known here.

    A Leitweg-ID's check digits are checked too (ISO 7064, modulo 97-10). Raises `Invalid` for "number".
    """
    clean = fields.text(number, "number", 60)
    if kind == "vat":
        return fields.vat_id(clean, "number", country)
    if kind == "leitweg":
        return _leitweg(clean)
    if kind == "peppol":
        if not _PEPPOL.fullmatch(clean):
            raise Invalid(
                "A Peppol ID looks like 9914:ATU12345678: four digits, a colon, a number.", "number"
            )
        return clean
    form = _FORMS.get((kind, country))
    bare = re.sub(r"[\s./-]", "", clean).upper()
    if form is not None and not re.fullmatch(form[0], bare, re.ASCII if country != "DE" else 0):
        words = dict(NUMBER_KINDS)[kind].lower()
        raise Invalid(f"This is not the form of a {words} there. It looks like {form[1]}.", "number")
    return clean


def _leitweg(clean: str) -> str:
    whole = clean.upper()
    if not _LEITWEG.fullmatch(whole):
        raise Invalid("A Leitweg-ID looks like 04011000-1234512345-06.", "number")
    if int("".join(str(int(char, 36)) for char in whole if char != "-")) % 97 != 1:
        raise Invalid("A digit of this Leitweg-ID is wrong: its check digits do not fit.", "number")
    return whole


def numbers_country(kind: str, country: str) -> str:
    """The country of a number: Leitweg-IDs are Germany's. Raises `Invalid`."""
    if kind == "leitweg" and country != "DE":
        raise Invalid("A Leitweg-ID belongs to a public buyer in Germany: choose DE.", "country")
    return fields.country(country)


def vat_country(vat_id: str, country: str) -> str:
    """The country whose form the number has: that of the address, unless its own prefix tells another."""
    prefix = vat_id.strip()[:2].upper()
    is_other = prefix.isalpha() and prefix in codes.VAT_COUNTRIES and codes.VAT_COUNTRIES[prefix] != country
    return "" if is_other else country


def check_parent(account_id: int | None, above: list[tuple[int, str]], height: int = 1) -> None:
    """`above` are the parent, its parent and so on, as (id, name); `height` are the account's own levels.

    Raises `Invalid` for the account's own branch above it, and for too many levels.
    """
    if account_id is not None and above and above[0][0] == account_id:
        raise Invalid("A client cannot be its own parent. Choose another one.", "parent_id")
    for place, (one, _) in enumerate(above):
        if account_id is not None and one == account_id:
            way = f", by way of {above[place - 1][1]}" if place > 1 else ""
            raise Invalid(
                f"{above[0][1]} already belongs to this client{way}. Choose a parent outside its own branch.",
                "parent_id",
            )
    if len(above) + height > MAX_DEPTH:
        raise Invalid(f"That would be more than {MAX_DEPTH} levels. Choose a parent further up.", "parent_id")
