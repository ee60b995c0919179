"""Whether two companies look like one: by name, domain, e-mail addresses and VAT number."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

LEAST = 60  # a score from here on is worth a look

# Providers at which anybody has a mailbox: that two companies use one says nothing.
_MAILBOXES = (
    "aol.com bluewin.ch chello.at freenet.de fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de "
    "gmx.net googlemail.com hotmail.com hotmail.de hotmail.fr icloud.com laposte.net libero.it live.com "
    "mac.com mail.com mail.ru me.com msn.com o2.pl orange.fr outlook.com outlook.de proton.me "
    "protonmail.com qq.com seznam.cz sfr.fr t-online.de tutanota.com wanadoo.fr web.de wp.pl yahoo.com "
    "yahoo.co.uk yahoo.de yahoo.fr yandex.ru ymail.com zoho.com 163.com"
)
FREE_MAIL = frozenset(_MAILBOXES.split())
# What a name ends in for the law's sake, without dots and blanks as they stand after cleaning.
_ENDINGS = (
    "spol s r o, spol s ro, sp z o o, sp z oo, s de r l, s r o, s p a, s r l, d o o, g m b h, a s, a g, s a, "
    "gmbh, mbh, ggmbh, ag, kg, kgaa, ohg, ug, eu, ek, ev, gbr, og, se, co, ltd, limited, plc, llp, llc, lp, "
    "inc, corp, incorporated, corporation, company, pty, sro, spzoo, spolsro, as, asa, aps, ab, oy, oyj, bv, "
    "nv, vof, sa, sas, sarl, srl, spa, sl, slu, lda, kft, zrt, nyrt, doo, dd, ad, eood, ood"
)
_FORMS: dict[str, list[tuple[str, ...]]] = {}  # by their last word
for _form in (tuple(form.split()) for form in _ENDINGS.split(", ")):
    _FORMS.setdefault(_form[-1], []).append(_form)
_LINKS = {"and", "und", "et", "the"}
_SECOND_LEVEL = {"ac", "co", "com", "edu", "gov", "gv", "net", "or", "org"}
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@?#]*@)?([^/:?#\s]+)")


@dataclass(frozen=True, slots=True)
class Party:
    """What is compared of a company; `emails` are those of its contacts, in lower case."""

    name: str
    legal_name: str = ""
    domain: str = ""
    vat_id: str = ""
    emails: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two look like one (0 to 100), and by what, the weightiest first."""

    score: int
    reasons: tuple[str, ...]


def normal_name(name: str) -> str:
    """A name as twins are found by: "Müller & Söhne GmbH" and "MUELLER SOEHNE" are "muller sohne".

    Case, accents, punctuation and the legal form at the end do not count. A name that is nothing
    but a legal form stays as it is.
    """
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o").replace("æ", "a"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r"[.'’/]", "", plain)
    words = [word for word in re.split(r"[\W_]+", plain) if word]
    words = [word for word in words if word not in _LINKS] or words
    return " ".join(re.sub(r"([aou])e", r"\1", word) for word in _without_form(words))


def _without_form(words: list[str]) -> list[str]:
    while True:
        forms = _FORMS.get(words[-1], ()) if words else ()
        ending = next((f for f in forms if len(words) > len(f) and tuple(words[-len(f) :]) == f), None)
        if ending is None:
            return words
        words = words[: -len(ending)]


def domain_of(website: str, email: str = "") -> str:
    """The company's own domain: of its website, else of its mail; "" for none or a free mailbox.

    "https://shop.northwind.co.uk/en" is "northwind.co.uk".
    """
    for given in (website, email):
        found = _domain(given)
        if found and found not in FREE_MAIL:
            return found
    return ""


def _domain(given: str) -> str:
    match = _HOST.match(given.strip().casefold())
    host = match[1].strip(".") if match else ""
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdigit():
        return ""
    depth = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-depth:])


def likeness(one: Party, other: Party) -> Likeness:
    """How much two companies look like one, and why. Unlike VAT numbers speak against it."""
    found: list[tuple[int, str]] = []
    if one.vat_id and one.vat_id == other.vat_id:
        found.append((95, "same VAT number"))
    shared = sorted(one.emails & other.emails)
    if shared:
        found.append((85, f"same contact {shared[0]}"))
    found += _by_name(one, other)
    if one.domain and one.domain == other.domain:
        found.append((70, "same domain"))
    rest = 100
    for points, _ in found:
        rest = rest * (100 - points) // 100
    score = 100 - rest if found else 0
    if one.vat_id and other.vat_id and one.vat_id != other.vat_id:
        score = max(0, score - 30)
    ordered = sorted(found, key=lambda pair: -pair[0])
    return Likeness(score, tuple(reason for _, reason in ordered))


def _by_name(one: Party, other: Party) -> list[tuple[int, str]]:
    mine, theirs = _names(one), _names(other)
    if {name.casefold() for name in mine} & {name.casefold() for name in theirs}:
        return [(80, "same name")]
    if {normal_name(name) for name in mine} & {normal_name(name) for name in theirs}:
        return [(65, "nearly the same name")]
    return []


def _names(party: Party) -> Iterable[str]:
    return {name.strip() for name in (party.name, party.legal_name) if name.strip()}
