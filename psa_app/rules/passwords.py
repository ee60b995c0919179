"""Which passwords are taken: long ones that are not among the first to be guessed.

No rule asks for a mix of characters (NIST SP 800-63B): length and a list do more.
"""

import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

from psa_app.errors import Invalid

SHORTEST = 10
LONGEST = 200
SHORTEST_LOCAL_PART = 3
LONGEST_UNIT = 4


def normal(text: str) -> str:
    """The form in which a password is hashed and compared, the same from every keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def check_password(text: str, email: str = "", field: str = "password") -> None:
    """Raises `Invalid` for a password that is too short, too long, common, or holds the address.

    Taken: "correct horse battery". Refused: "Password123!", "aaaaaaaaaaaa", "abcdefghij".
    """
    password = normal(text)
    if len(password) < SHORTEST:
        raise Invalid(f"Use at least {SHORTEST} characters: a few words do well.", field)
    if len(password) > LONGEST:
        raise Invalid(f"Use at most {LONGEST} characters.", field)
    folded = password.casefold()
    if _is_common(folded) or _repeats(folded) or _runs(folded):
        raise Invalid("This password is among the first that are guessed. Choose a few unusual words.", field)
    local = normal(email).casefold().partition("@")[0].partition("+")[0]
    if len(local) >= SHORTEST_LOCAL_PART and local in folded:
        raise Invalid("Leave your e-mail address out of the password.", field)


def _is_common(folded: str) -> bool:
    bare = folded.rstrip("!?.*#$@-_ ")
    return folded in _common() or bare in _common()


@cache
def _common() -> frozenset[str]:
    """More than 3,000 passwords of at least ten characters (OWASP ASVS 5.0, 6.2.4), in lower case.

    Sources: the frequency lists of zxcvbn 4.5.0 (MIT, © Dropbox, Inc. and Daniel Wolf), the list of
    Django 5.2 (BSD, made by Royce Williams), and keyboard runs and words with years of our own.
    """
    file = Path(__file__).with_name("common_passwords.txt")
    return frozenset(file.read_text(encoding="utf-8").split("\n")) - {""}


def _repeats(folded: str) -> bool:
    """One short piece over and over: "aaaaaaaaaa", "123412341234"."""
    return any((folded[:unit] * len(folded))[: len(folded)] == folded for unit in range(1, LONGEST_UNIT + 1))


def _runs(folded: str) -> bool:
    """Letters or digits in their order, up or down: "abcdefghij", "9876543210"."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps in ({1}, {-1}) or folded in "12345678901234567890" or folded in "09876543210987654321"
