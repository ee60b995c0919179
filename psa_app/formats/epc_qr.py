"""The QR code that a European bank app reads to fill in a credit transfer.

Source: European Payments Council, EPC069-12 v2.1, "Quick Response Code: Guidelines to
enable the data capture for the initiation of a SEPA credit transfer" (version 002).
"""

from psa_app.errors import Invalid

MOST_CENTS = 99_999_999_999
NAME_LENGTH = 70
TEXT_LENGTH = 140


def payload(name: str, iban: str, cents: int, text: str, bic: str = "") -> str:
    """The lines that the code holds: UTF-8, unstructured remittance `text`.

    `cents`: euro cents, 1 to 99,999,999,999. Name and text are cut to 70 and 140 letters.
    Raises `Invalid` for an amount out of range or an IBAN or BIC of impossible form.
    """
    if not 1 <= cents <= MOST_CENTS:
        raise Invalid("A payment code holds 0.01 to 999,999,999.99 euros.", "amount")
    account = "".join(iban.split()).upper()
    bank = "".join(bic.split()).upper()
    if not is_iban(account):
        raise Invalid("This is not a valid IBAN. Please check its digits.", "iban")
    if bank and not (bank.isascii() and bank.isalnum() and len(bank) in (8, 11)):
        raise Invalid("A BIC has 8 or 11 letters and digits.", "bic")
    lines = [
        "BCD",
        "002",
        "1",
        "SCT",
        bank,
        _one_line(name)[:NAME_LENGTH],
        account,
        f"EUR{cents // 100}.{cents % 100:02d}",
        "",
        "",
        _one_line(text)[:TEXT_LENGTH],
    ]
    return "\n".join(lines)


def svg(name: str, iban: str, cents: int, text: str, bic: str = "") -> str:
    """The code as an SVG text, error correction level M as the guideline asks."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.image.svg import SvgPathImage

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, image_factory=SvgPathImage)
    code.add_data(payload(name, iban, cents, text, bic).encode())
    code.make(fit=True)
    return str(code.make_image().to_string(encoding="unicode"))


def is_iban(iban: str) -> bool:
    """Whether the form and the check digits fit (ISO 13616: mod 97 of the moved text is 1)."""
    if not (15 <= len(iban) <= 34 and iban.isascii() and iban.isalnum()):
        return False
    if not (iban[:2].isalpha() and iban[2:4].isdigit()):
        return False
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


def _one_line(text: str) -> str:
    return " ".join(text.split())
