"""What tells one line of a bank account from every other one, also when two files hold the same days."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

Facts = Sequence[object]


def digests(lines: Iterable[tuple[str, Facts]]) -> list[str]:
    """A digest for each line of one statement, from the bank's own reference and the line's facts.

    Lines that say the same are counted: of two equal transfers on one day the second has its own digest,
    and gets the same one again from another file that holds both.
    """
    seen: Counter[str] = Counter()
    found = []
    for bank_ref, facts in lines:
        said = "\x1f".join([bank_ref, *(" ".join(str(one).split()).casefold() for one in facts)])
        seen[said] += 1
        found.append(hashlib.sha256(f"{said}\x1f{seen[said]}".encode()).hexdigest())
    return found
