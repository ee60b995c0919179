"""Which column of a stranger's file is which field of ours: guessed from its header.

Other tools call a client's name Company, Firma or Account name. A guess is only a beginning: a person sees
it beside the first rows and says otherwise where it is wrong.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ID = "id"
_UNIT = re.compile(r"\s*\([^)]*\)\s*$")
# By the end of a field's own name: how other tools head such a column, in English and German.
_ALSO: Mapping[str, str] = {
    "account_id": "client|account|account name|company|company name|organisation|organization|customer|"
    "kunde|firma|unternehmen|organisation name",
    "amount_minor": "amount|value|deal value|deal amount|betrag|wert|volumen|summe|umsatz|auftragswert",
    "budget_minutes": "budget hours|hours|estimate|estimated hours|planned hours|stunden|budget in stunden",
    "city": "town|ort|stadt|billing city",
    "contact_id": "contact|contact name|contact person|primary contact|kontakt|ansprechpartner",
    "country": "land|billing country|staat|country code",
    "currency": "currency code|currency iso code|waehrung|wahrung",
    "due_on": "due date|deadline|faellig|fallig|fallig am",
    "ends_on": "end|end date|ends|until|ende|bis|enddatum",
    "email": "e mail|mail|email address|e mail address|e mail adresse|emailadresse|mailadresse",
    "expected_on": "expected close|close date|closing date|expected close date|abschlussdatum|abschluss|"
    "erwartet|expected closing",
    "hired_on": "hired|hire date|start date|eintritt|eintrittsdatum|employed since",
    "is_archived": "inactive|archiviert|inaktiv",
    "is_approver": "approver|decision maker|entscheider",
    "is_billing": "billing contact|rechnungsempfanger|rechnungskontakt",
    "kind": "type|account type|typ|art",
    "left_on": "left|end date|austritt|austrittsdatum",
    "lead_id": "project lead|project manager|manager|projektleiter|projektleitung|leitung|verantwortlich",
    "legal_name": "registered name|firmenname lang|firmenwortlaut|full legal name",
    "locale": "language|sprache",
    "loss_reason": "lost reason|loss reason|verlustgrund|closed lost reason",
    "notes": "note|internal notes|interne notizen|description|comment|comments|notiz|notizen|bemerkung|"
    "beschreibung|anmerkung",
    "owner_id": "owner|deal owner|account owner|opportunity owner|assigned to|besitzer|zustandig|betreuer",
    "parent_id": "parent|parent account|parent company|mutter|muttergesellschaft|konzern",
    "payment_days": "payment terms|terms|zahlungsziel|net days|days to pay",
    "percent": "probability|win probability|wahrscheinlichkeit",
    "phone": "telephone|phone number|telefon|tel|mobile|mobil|telefonnummer",
    "postcode": "zip|zip code|postal code|plz|postleitzahl|billing zip",
    "project_id": "project|project name|projekt|projektname",
    "role_id": "role|rolle|job role|position",
    "source": "lead source|quelle|herkunft",
    "starts_on": "start|start date|starts|begin|beginn|von|startdatum",
    "stage_id": "stage|deal stage|sales stage|phase|status|stufe",
    "street": "address|street address|strasse|adresse|billing street|address line 1",
    "tier": "rating|abc|klasse|segment|priority",
    "vat_id": "vat|vat no|vat number|vat id|tax id|uid|uid nummer|ust id|ust idnr|ustid|umsatzsteuer id",
    "website": "web|url|homepage|web site|webseite|domain|company domain name",
}
_NAMES = "full name|display name|bezeichnung|titel"
_OF_KIND: Mapping[tuple[str, str], str] = {
    ("accounts", "name"): "account|account name|client|client name|company|company name|customer|"
    "organisation|organization|kunde|kundenname|firma|firmenname|unternehmen",
    ("contacts", "name"): "contact|contact name|kontakt|ansprechpartner|first name|last name|vorname|"
    "nachname|given name|surname|family name",
    ("contacts", "title"): "job title|function|funktion|role|position|jobtitle",
    ("opportunities", "title"): "name|deal|deal name|opportunity|opportunity name|bezeichnung|chance|projekt",
    ("people", "name"): "employee|person|mitarbeiter|first name|last name|vorname|nachname|surname",
    ("projects", "name"): "project|project name|projekt|projektname",
    ("projects", "status"): "status|project status|zustand",
    ("rates", "amount_minor"): "rate|hourly rate|price|stundensatz|satz",
    ("sows", "line_title"): "line title|position|item|leistung",
    ("sows", "model"): "billing model|billing type|abrechnung|model",
    ("sows", "rate_minor"): "rate|hourly rate|stundensatz",
    ("sows", "title"): "scope|scope title|sow|contract|vertrag|name|engagement",
    ("sows", "value_minor"): "price|fee|amount|wert|betrag|preis",
    ("tasks", "name"): "task|task name|aufgabe|activity|tatigkeit",
    ("tasks", "status"): "status|zustand",
    ("service_items", "price_minor"): "price|unit price|preis|rate",
}
PARTS = frozenset(["first name", "last name", "vorname", "nachname", "given name", "surname", "family name"])
FIRST = frozenset(("first name", "vorname", "given name"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field that a column may fill; `is_link` fields are also found by "… id"."""

    name: str
    label: str
    is_link: bool = False
    is_money: bool = False
    takes_parts: bool = False


def folded(text: str) -> str:
    """A header for comparing: "E-Mail (work)" is "e mail"; "Straße" is "strasse"."""
    plain = unicodedata.normalize("NFKD", _UNIT.sub("", text).casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def guess(kind: str, headers: Sequence[str], fields: Iterable[Wanted]) -> dict[int, str]:
    """Column's place → field, for the headers that tell; a field is filled by one column.

    Only a name may come in two, first and last. "Client id" wins over "Client" (an id is sure), and the
    column "Amount currency" of our own files fills the currency.
    """
    wanted = list(fields)
    ranked = sorted(
        (rank, place, field)
        for place, header in enumerate(headers)
        for field, rank in _fitting(kind, folded(header), wanted).items()
    )
    taken: dict[int, str] = {}
    parts = {field.name for field in wanted if field.takes_parts}
    for _, place, name in ranked:
        if place in taken:
            continue
        holders = [other for other, field in taken.items() if field == name]
        both = name in parts and all(folded(headers[one]) in PARTS for one in (place, *holders))
        if not holders or (both and len(holders) == 1):
            taken[place] = name
    return dict(sorted(taken.items()))


def _fitting(kind: str, header: str, fields: Iterable[Wanted]) -> dict[str, int]:
    """The fields that a header may mean, with how sure that is: 0 is surest."""
    if not header:
        return {}
    found = {ID: 0} if header in ("id", "record id") else {}
    known = {field.name for field in fields}
    for field in fields:
        rank = _rank(kind, header, field)
        if rank is not None:
            found[field.name] = rank
        elif field.is_money and "currency" in known and header == f"{folded(field.label)} currency":
            found["currency"] = 4
    return found


def _rank(kind: str, header: str, field: Wanted) -> int | None:
    label = folded(field.label)
    bare = folded(re.sub(r"_(id|minor|ppm|nano|on)$", "", field.name))
    also = f"{_ALSO.get(field.name, '')}|{_NAMES if field.name == 'name' else ''}".split("|")
    if field.is_link and header == f"{label} id":
        return 0
    if header == label:
        return 1
    if header in (bare, folded(field.name)):
        return 2
    return 3 if header in also or header in _OF_KIND.get((kind, field.name), "").split("|") else None


def clash(columns: Mapping[int, str], takes_parts: Iterable[str]) -> str:
    """The first field that two columns fill, or "": only a text may be put together from several."""
    joined = set(takes_parts)
    seen: set[str] = set()
    for place in sorted(columns):
        name = columns[place]
        if name in seen and name not in joined:
            return name
        seen.add(name)
    return ""
