"""The chain of evidence: how a link is made, and how an exported pack of links is checked, offline.

    digest = sha256(salt + content)        seal = sha256(seal of the link before + digest)

Both in hexadecimal; the first link follows an empty text. The salt lets a person be erased: without
the content nobody can guess it from its digest, and the chain stays whole.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from psa_app.errors import Invalid

FORMAT = "psa-evidence-1"
LARGEST = 200 * 1024 * 1024  # bytes of a pack


@dataclass(frozen=True, slots=True)
class Link:
    """One signature, acceptance or approval. `content` is canonical JSON, "" where it is not told."""

    position: int
    kind: str
    document_id: int
    act: str
    at: str
    content: str
    salt: str
    digest: str
    before: str
    seal: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a good pack holds: its links, those told in full, the texts, and the seal of the last link."""

    links: int
    told: int
    texts: int
    head: str


def canonical(body: Mapping[str, Any]) -> str:
    """JSON with one spelling for the same content."""
    return _ENCODE(body)


_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def digest_of(salt: str, content: str) -> str:
    """What stands for a link's content in the chain."""
    return _sha(salt + content)


def seal_of(before: str, digest: str) -> str:
    """The seal of a link that follows one with the seal `before`."""
    return _sha(before + digest)


def make_pack(firm: str, at: str, links: Iterable[Link], texts: Mapping[str, str]) -> str:
    """A pack as it goes into a file; `texts` are signed texts by their sha-256."""
    listed = [asdict(link) for link in links]
    head = listed[-1]["seal"] if listed else ""
    body = {"format": FORMAT, "firm": firm, "exported_at": at, "head": head, "links": listed, "texts": texts}
    return json.dumps(body, ensure_ascii=False, indent=1)


def check_pack(text: str) -> Checked:
    """Checks a pack from its first link to its head. Raises `Invalid` naming the first broken link."""
    pack = _read(text)
    links = [_link(place, raw) for place, raw in enumerate(_list(pack, "links"), start=1)]
    texts = pack.get("texts")
    if not isinstance(texts, dict) or not all(isinstance(one, str) for one in texts.values()):
        raise Invalid("The texts of this pack cannot be read.")
    broken = first_broken(links)
    if broken:
        raise Invalid(broken)
    for known, signed in texts.items():
        if _sha(signed) != known:
            raise Invalid(f"The text {known[:12]}… was changed: it has another sha-256 now.")
    head = links[-1].seal if links else ""
    if pack.get("head") != head:
        raise Invalid("Links at the end of this pack are missing: its head is not the seal of the last one.")
    return Checked(len(links), sum(bool(link.content) for link in links), len(texts), head)


def first_broken(links: Iterable[Link]) -> str:
    """A sentence naming the first link that does not hold; "" when all do."""
    before = ""
    for place, link in enumerate(links, start=1):
        name = f"Link {link.position} ({link.kind} {link.document_id} {link.act} on {link.at[:10]})"
        if link.position != place:
            return f"Link {place} is missing; {name.lower()} stands in its place."
        if link.before != before:
            return f"{name} does not follow the link before it: one was added, changed or taken out."
        if (link.content or link.salt) and digest_of(link.salt, link.content) != link.digest:
            return f"{name} was changed: its content does not fit its digest."
        if not _tells_the_same(link):
            return f"{name} was changed: its head line says something else than its content."
        if seal_of(before, link.digest) != link.seal:
            return f"{name} is broken: its seal does not follow from its digest."
        before = link.seal
    return ""


def _tells_the_same(link: Link) -> bool:
    """Kind, document, act and time stand in the content too, where the digest guards them."""
    if not link.content:
        return True
    try:
        told = json.loads(link.content)
    except ValueError:
        return False
    return isinstance(told, dict) and all(
        told.get(name) == value
        for name, value in (
            ("kind", link.kind),
            ("document_id", link.document_id),
            ("act", link.act),
            ("at", link.at),
        )
    )


def _read(text: str) -> dict[str, Any]:
    try:
        pack = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid("This is no evidence pack: it is not JSON.") from None
    if not isinstance(pack, dict) or pack.get("format") != FORMAT:
        raise Invalid(f"This is no evidence pack: its format is not {FORMAT}.")
    return pack


def _list(pack: Mapping[str, Any], name: str) -> list[Any]:
    found = pack.get(name)
    if not isinstance(found, list):
        raise Invalid(f"This pack has no {name}.")
    return found


def _link(place: int, raw: Any) -> Link:
    kinds = {"position": int, "document_id": int}
    if not isinstance(raw, dict) or set(raw) != set(Link.__slots__):
        raise Invalid(f"Link {place} of this pack is incomplete.")
    if not all(type(raw[name]) is kinds.get(name, str) for name in raw):
        raise Invalid(f"Link {place} of this pack cannot be read.")
    return Link(**raw)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
