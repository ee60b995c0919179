"""Whether two companies, or two people at one company, look like one."""

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
    how = _together(found)
    if one.vat_id and other.vat_id and one.vat_id != other.vat_id:
        return Likeness(max(0, how.score - 30), how.reasons)
    return how


def _together(found: Iterable[tuple[int, str]]) -> Likeness:
    """Each reason takes its share of the doubt that the others left."""
    ordered = sorted(found, key=lambda pair: -pair[0])
    rest = 100
    for points, _ in ordered:
        rest = rest * (100 - points) // 100
    return Likeness(100 - rest, tuple(reason for _, reason in ordered))


def _by_name(one: Party, other: Party) -> list[tuple[int, str]]:
    mine, theirs = _names(one), _names(other)
    if {name.casefold() for name in mine} & {name.casefold() for name in theirs}:
        return [(80, "same name")]
    if {normal_name(name) for name in mine} & {normal_name(name) for name in theirs}:
        return [(65, "nearly the same name")]
    return []


def _names(party: Party) -> Iterable[str]:
    return {name.strip() for name in (party.name, party.legal_name) if name.strip()}


# People


@dataclass(frozen=True, slots=True)
class Human:
    """What is compared of two people at one company."""

    name: str
    email: str = ""
    phone: str = ""


def people_alike(one: Human, other: Human) -> Likeness:
    """How much two contacts of one company look like one person, and why."""
    mine, theirs = traces(one), traces(other)
    kinds = {kind for kind, _ in mine & theirs}
    firsts = [{word for kind, word in all_ if kind == "first"} for all_ in (mine, theirs)]
    if "name" in kinds or (all(firsts) and firsts[0] != firsts[1]):
        kinds.discard("initial")  # Nora and Nils Berg are two
    return _together((_WEIGHTS[kind], _WHY[kind]) for kind in _WEIGHTS if kind in kinds)


_WEIGHTS = {"email": 95, "name": 80, "initial": 60, "mailbox": 65, "phone": 40}
_WHY = {
    "email": "same address",
    "name": "same name",
    "initial": "nearly the same name",
    "mailbox": "same name in the address",
    "phone": "same phone",
}
_OFFICES = "accounting billing buchhaltung contact hello info invoice mail office sales"
_SHARED_BOXES = frozenset(_OFFICES.split(" "))
_PREFIXES = "dr mag ing prof dipl mr mrs ms herr frau bsc msc mba"
_TITLES = frozenset(_PREFIXES.split(" "))


def traces(human: Human) -> frozenset[tuple[str, str]]:
    """By what someone is recognized, (kind, value): two who share none are not alike.

    "N. Berg" and "Dr. Nora Berg" share the initial and surname; "Nora Berg" and "Nora Berg" the name
    alone. A number of seven digits or more is compared without its country's prefix.
    """
    words = [word for word in _plain(human.name).split() if word not in _TITLES]
    found = {("name", " ".join(words))} if words else set()
    if len(words) > 1 and len(words[0]) == 1:
        found.add(("initial", f"{words[0]} {words[-1]}"))
    elif len(words) > 1:
        found |= {("initial", f"{words[0][0]} {words[-1]}"), ("first", words[0])}
    email = human.email.strip().casefold()
    if email:
        found.add(("email", email))
    box = re.sub(r"[._-]", "", email.partition("@")[0].partition("+")[0])
    if len(box) > 2 and box not in _SHARED_BOXES:
        found.add(("mailbox", box))
    digits = re.sub(r"\D", "", human.phone).lstrip("0")
    if len(digits) >= 7:
        found.add(("phone", digits[-7:]))
    return frozenset(found)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    return re.sub(r"[\W_]+", " ", "".join(char for char in folded if not unicodedata.combining(char)))
