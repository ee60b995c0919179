"""What the demo firm knows of its clients: who looks after them, what was said, what is to be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import Account, Contact, Opportunity
from psa_app.resources import RESOURCES
from psa_app.services.clients.activities import complete_activity, log_activity
from psa_app.services.records import change_record, create_record

ZONE = ZoneInfo("Europe/Vienna")
KNOWN = {  # name: tier, who looks after them, website
    "Northwind": ("a", "Ines", "https://www.northwind.example"),
    "Kestrel Foods": ("a", "Jonas", "https://kestrel.example"),
    "Meridian Health": ("a", "Mara", "https://meridian.example"),
    "Alder & Co": ("b", "Ines", "https://alder.example"),
    "Municipal Library": ("b", "Jonas", "https://library.example"),
    "Lumen Verlag": ("b", "Ines", "https://lumen.example"),
    "Bergbahn Zell": ("c", "Jonas", "https://bergbahn.example"),
    "Aare Logistics": ("c", "Jonas", ""),
    "Fjord Ferries": ("b", "Mara", "https://www.fjord.example"),
    "Salt & Stone Hotels": ("c", "Ines", "https://saltstone.example"),
    "Lumen Energy": ("", "Ines", "https://energy.lumen-group.example"),
    "Brightwater Museum": ("", "Jonas", ""),
    "Quay Partners": ("", "Mara", "https://quay.example"),
}
MORE: tuple[dict[str, Any], ...] = (  # accounts that nothing else of the demo needs
    {"name": "Lumen Group", "legal_name": "Lumen Group SE", "city": "München", "country": "DE"},
    {"name": "Tidewater Press", "kind": "former", "city": "Linz", "notes": "Closed their office in 2025."},
    # entered twice at the fair, by two people
    {
        "name": "Fjord Ferries AS",
        "kind": "prospect",
        "city": "Bergen",
        "country": "NO",
        "website": "https://fjord.example",
        "notes": "Met at the harbour fair, stand 14.",
    },
)
BELOW = {"Lumen Verlag": "Lumen Group", "Lumen Energy": "Lumen Group"}
PEOPLE = (  # client, name, mail, position, what they do
    ("Northwind", "Karin Albers", "karin.albers@northwind.example", "Accounts payable", "billing"),
    ("Northwind", "Deniz Kaya", "deniz.kaya@northwind.example", "Shop platform", "technical"),
    ("Kestrel Foods", "Luca Meier", "luca.meier@kestrel.example", "Data engineer", "technical"),
    ("Municipal Library", "Anton Reiss", "anton.reiss@library.example", "Treasurer", "billing"),
    ("Meridian Health", "Priya Shah", "priya.shah@meridian.example", "Head of research", "approver"),
    ("Fjord Ferries", "Signe Dahl", "signe@fjord.example", "Digital lead", "approver"),
    ("Fjord Ferries", "S. Dahl", "s.dahl@fjord.example", "", "billing"),
    ("Fjord Ferries AS", "Signe Dahl", "signe@fjord.example", "", ""),
    ("Salt & Stone Hotels", "Julia Ebner", "julia@saltstone.example", "Marketing", "approver"),
)
ADDRESSES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Northwind",
        {
            "label": "Accounts payable",
            "kind": "billing",
            "recipient": "Northwind Services GmbH",
            "street": "Kaiserstraße 4",
            "postcode": "60311",
            "city": "Frankfurt",
            "country": "DE",
        },
    ),
    (
        "Northwind",
        {
            "label": "Warehouse Altona",
            "kind": "visit",
            "street": "Große Elbstraße 88",
            "postcode": "22767",
            "city": "Hamburg",
            "country": "DE",
        },
    ),
    (
        "Municipal Library",
        {
            "label": "Branch Lehen",
            "kind": "visit",
            "street": "Strubergasse 2",
            "postcode": "5020",
            "city": "Salzburg",
            "country": "AT",
        },
    ),
)
NUMBERS = (
    ("Northwind", "register", "DE", "HRB 118204"),
    ("Northwind", "tax", "DE", "48/733/01925"),
    ("Kestrel Foods", "register", "CH", "CHE-116.281.710"),
    ("Alder & Co", "register", "AT", "FN 287301k"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """Something said or done: so many days ago, by whom, with whom; `about` is an opportunity's title."""

    client: str
    days: int
    who: str
    kind: str
    subject: str
    body: str = ""
    contact: str = ""
    about: str = ""


SAID = (
    Said(
        "Northwind",
        61,
        "Ines",
        "meeting",
        "Autumn review of the checkout",
        "Conversion is up by 6 %. They want guest checkout before Christmas.",
        "Jonas Reuter",
    ),
    Said(
        "Northwind",
        34,
        "Mara",
        "call",
        "Interest in a loyalty programme",
        "Points, not discounts. Jonas wants a first idea by January.",
        "Jonas Reuter",
        "Loyalty programme",
    ),
    Said("Northwind", 12, "Ines", "mail", "Sent the accessibility report of the checkout", "", "Deniz Kaya"),
    Said(
        "Northwind",
        3,
        "Ines",
        "call",
        "Who looks after the shop from spring on",
        "Their own team takes the content, we keep the code. Care plan from March.",
        "Jonas Reuter",
        "Care plan for the shop",
    ),
    Said("Kestrel Foods", 45, "Jonas", "meeting", "Second phase of the supplier portal", "", "Sandra Frei"),
    Said(
        "Kestrel Foods",
        8,
        "Mara",
        "call",
        "Liability clause",
        "Their lawyers want a cap at the order’s value.",
        "Sandra Frei",
        "Supplier portal, second phase",
    ),
    Said("Alder & Co", 20, "Jonas", "note", "Martin is away until December", "Decisions go to his sister."),
    Said("Municipal Library", 27, "Jonas", "call", "Search is slow on Monday mornings", "", "Eva Gruber"),
    Said(
        "Meridian Health",
        17,
        "Mara",
        "meeting",
        "Where the patient portal goes next year",
        "Budget round in January. A proposal by mid-December keeps us in.",
        "Dana Cole",
    ),
    Said("Bergbahn Zell", 40, "Jonas", "note", "Invoices are paid by the council’s office, slowly"),
    Said(
        "Fjord Ferries",
        9,
        "Mara",
        "call",
        "First talk about booking on the phone",
        "Twelve harbours, two languages, offline on board.",
        "Signe Dahl",
        "Booking app for the coast line",
    ),
    Said("Salt & Stone Hotels", 6, "Ines", "mail", "Asked for two references", "", "Julia Ebner"),
)
TO_DO = (  # client, whose, what, due in so many days (None: some day), done
    ("Northwind", "Ines", "Send the care plan’s price", -2, False),
    ("Northwind", "Mara", "Idea for the loyalty programme, one page", 4, False),
    ("Northwind", "Ines", "Agree the date of the retrospective", 9, False),
    ("Northwind", "Ines", "Send the test protocol", -10, True),
    ("Meridian Health", "Mara", "Draft the proposal for next year", 0, False),
    ("Kestrel Foods", "Jonas", "Name two dates for the architecture review", 1, False),
    ("Alder & Co", "Felix", "Ask who pays the last invoice", -4, False),
    ("Bergbahn Zell", "Felix", "Call about the overdue invoice", 0, False),
)


def know_clients(session: Session, actors: Mapping[str, Actor], real_now: datetime) -> None:
    """All of it, through the services; the clock stands at now afterwards."""
    today = real_now.astimezone(ZONE).date()
    _at(today - timedelta(days=400))
    owner = actors["Mara"]
    for values in MORE:
        create_record(session, owner, RESOURCES["accounts"], values)
    accounts = {one.name: int(one.id or 0) for one in session.exec(select(Account)).all()}
    for name, (tier, who, website) in KNOWN.items():
        told: dict[str, Any] = {"tier": tier, "owner_id": actors[who].person_id, "website": website}
        if name in BELOW:
            told["parent_id"] = accounts[BELOW[name]]
        change_record(session, owner, RESOURCES["accounts"], accounts[name], told, version=None)
    _hang(session, owner, accounts)
    story = _Story(session, actors, accounts, today)
    for said in sorted(SAID, key=lambda one: -one.days):
        story.said(said)
    for todo in TO_DO:
        story.to_do(*todo)
    clock.set_source(lambda: real_now)


def _hang(session: Session, owner: Actor, accounts: Mapping[str, int]) -> None:
    for client, name, mail, position, role in PEOPLE:
        values: dict[str, Any] = {
            "account_id": accounts[client],
            "name": name,
            "email": mail,
            "title": position,
        }
        if role:
            values[f"is_{role}"] = True
        create_record(session, owner, RESOURCES["contacts"], values)
    for client, address in ADDRESSES:
        create_record(session, owner, RESOURCES["addresses"], {"account_id": accounts[client], **address})
    for client, kind, country, number in NUMBERS:
        given = {"account_id": accounts[client], "kind": kind, "country": country, "number": number}
        create_record(session, owner, RESOURCES["account_numbers"], given)


class _Story:
    """Logs what was said, with the clock at each moment."""

    def __init__(
        self, session: Session, actors: Mapping[str, Actor], accounts: Mapping[str, int], today: date
    ) -> None:
        self.session, self.actors, self.accounts, self.today = session, actors, accounts, today
        self.contacts = {(one.account_id, one.name): one.id for one in session.exec(select(Contact)).all()}
        self.chances = {one.title: one.id for one in session.exec(select(Opportunity)).all()}

    def said(self, one: Said) -> None:
        """A call, meeting, note or mail."""
        _at(self.today - timedelta(days=one.days), 9 + one.days % 8)
        account_id = self.accounts[one.client]
        log_activity(
            self.session,
            self.actors[one.who],
            account_id=account_id,
            kind=one.kind,
            subject=one.subject,
            body=one.body,
            contact_id=self.contacts.get((account_id, one.contact)),
            opportunity_id=self.chances.get(one.about),
        )

    def to_do(self, client: str, who: str, what: str, due: int, is_done: bool) -> None:
        """A to-do, made a week before it is due."""
        _at(self.today + timedelta(days=min(due - 7, 0)), 10)
        made = log_activity(
            self.session,
            self.actors[who],
            account_id=self.accounts[client],
            kind="todo",
            subject=what,
            due_on=self.today + timedelta(days=due),
        )
        if is_done:
            complete_activity(self.session, self.actors[who], int(made.id or 0))


def _at(day: date, hour: int = 11) -> None:
    instant = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
    clock.set_source(lambda: instant)
