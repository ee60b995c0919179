"""Codes that electronic invoices use: profiles, categories of tax, reasons for no tax, address schemes."""

import re

# How a client wants invoices: by what the account keeps, in a person's words.
PROFILES = (
    ("", "PDF"),
    ("factur_x", "Factur-X / ZUGFeRD: PDF with the XML inside"),
    ("xrechnung", "XRechnung: XML"),
    ("peppol", "Peppol BIS Billing 3: XML"),
    ("ubl", "EN 16931 as UBL: XML"),
    ("cii", "EN 16931 as CII: XML"),
)
# The same in a word or two.
SHORT = {
    "factur_x": "Factur-X",
    "xrechnung": "XRechnung",
    "peppol": "Peppol BIS 3",
    "ubl": "EN 16931, UBL",
    "cii": "EN 16931, CII",
}
EN_16931 = "urn:cen.eu:en16931:2017"
PEPPOL_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
# Specification identifier (BT-24) by profile.
SPECIFICATIONS = {
    "factur_x": EN_16931,
    "ubl": EN_16931,
    "cii": EN_16931,
    "xrechnung": f"{EN_16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
    "peppol": f"{EN_16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
}
HYBRID = "factur_x"  # lies inside the PDF
CII_PROFILES = (HYBRID, "cii")

# VAT category (UNTDID 5305) by the kind of tax.
CATEGORIES = {
    "standard": "S",
    "reduced": "S",
    "zero": "Z",
    "exempt": "E",
    "reverse_charge": "AE",
    "intra_eu": "K",
    "export": "G",
    "outside": "O",
}
# Why there is no tax: the code of the VATEX list and the words that EN 16931 takes with it. An exemption has
# no code of its own: its note says why.
REASONS = {
    "AE": ("VATEX-EU-AE", "Reverse charge"),
    "K": ("VATEX-EU-IC", "Intra-Community supply"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
    "O": ("VATEX-EU-O", "Not subject to VAT"),
}
# Schemes of electronic addresses that Peppol's network knows (code list EAS of BIS Billing 3).
PEPPOL_SCHEMES = frozenset(
    f"{digits:04}"
    for digits in (
        *(2, 7, 9, 37, 60, 88, 96, 97, 106, 130, 135, 142, 147, 151, 154, 158, 170, 177, 183, 184, 188),
        *(*range(190, 197), *range(198, 206), *range(208, 214), 215, 216, 217, 218, 221, 225, 230, 235, 240),
        *(9910, 9913, 9914, 9915, *range(9918, 9921), *range(9922, 9954), 9957, 9959),
    )
)
MAIL_SCHEME = "EM"

_PREFIXED = re.compile(r"[A-Z]{2}.+")


def prefixed_vat(number: str, country: str) -> str:
    """A VAT number with the letters of its country before it (Greece writes EL), without blanks."""
    bare = re.sub(r"[\s]", "", number).upper()
    if not bare or _PREFIXED.fullmatch(bare):
        return bare
    return f"{'EL' if country == 'GR' else country}{bare}"
