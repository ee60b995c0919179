"""The fields that a firm adds to its tables: their types, keys, and who sees them."""

import re
import unicodedata
from collections.abc import Collection

from psa_app.errors import Invalid

TYPES = ("text", "multiline", "number", "money", "date", "choice", "person", "link", "bool")
LONGEST_TEXT = 500
LONGEST_NOTE = 10_000
LONGEST_KEY = 40
_NO_ASCII = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d"})


def sees(role: str, seen_by: str) -> bool:
    """True if this role sees a field; `seen_by` are roles with commas, "" for all of the firm.

    A client never does: what a firm notes about its clients is its own. The owner always does, for a
    field that nobody sees could not be corrected.
    """
    if role == "client":
        return False
    if role in ("owner", "system") or not seen_by:
        return True
    return role in {one.strip() for one in seen_by.split(",")}


def key_of(label: str, taken: Collection[str]) -> str:
    """A key from a label, other than those taken: "Größe (m²)" is "grosse_m2". Raises `Invalid`."""
    plain = unicodedata.normalize("NFKD", label.lower().translate(_NO_ASCII))
    ascii_only = plain.encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")[:LONGEST_KEY].rstrip("_")
    if not key or not key[0].isalpha():
        key = f"field_{key}".rstrip("_")[:LONGEST_KEY]
    if not label.strip():
        raise Invalid("Give the field a name.", "label")
    if key not in taken:
        return key
    return next(found for number in range(2, len(taken) + 3) if (found := f"{key}_{number}") not in taken)
