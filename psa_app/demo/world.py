"""Who and what the demo firm is: plain data. All names are invented."""

from dataclasses import dataclass
from datetime import date

ROLES = (  # name, standard cost an hour, list price an hour (EUR)
    ("Project lead", 6200, 13500),
    ("Senior designer", 5600, 13000),
    ("Designer", 4300, 10500),
    ("Senior engineer", 6100, 14000),
    ("Engineer", 4800, 11500),
    ("Strategist", 6800, 15500),
    ("Operations", 4200, 9000),
)


@dataclass(frozen=True, slots=True)
class Someone:
    """One of the firm: `hours` are contract hours by weekday.

    `hired` is the first day of who was there before the story begins; who comes during it has none and
    begins in its week `from_week`.
    """

    name: str
    role: str
    sign_in: str  # owner | finance | lead | member
    cost: int  # an hour, cents
    hired: date | None
    hours: tuple[int, int, int, int, int] = (8, 8, 8, 8, 8)
    from_week: int = 0

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@harbour.example"


PEOPLE = (
    Someone("Mara Aigner", "Strategist", "owner", 7400, date(2019, 3, 1)),
    Someone("Felix Wolff", "Operations", "finance", 4500, date(2019, 9, 2), (8, 8, 8, 8, 0)),
    Someone("Ines Kofler", "Project lead", "lead", 6350, date(2020, 2, 3)),
    Someone("Jonas Reiter", "Project lead", "lead", 6100, date(2020, 10, 1)),
    Someone("Tomas Brandt", "Senior engineer", "member", 6250, date(2021, 4, 6)),
    Someone("Yuki Sato", "Senior designer", "member", 5700, date(2021, 9, 1)),
    Someone("Ada Lindqvist", "Engineer", "member", 4850, date(2022, 5, 2)),
    Someone("Lea Hofer", "Designer", "member", 4250, date(2023, 3, 1)),
    Someone("Omar Haddad", "Engineer", "member", 4700, date(2023, 10, 2)),
    Someone("Nina Petrov", "Senior engineer", "member", 6000, date(2022, 1, 10), (8, 8, 8, 6, 0)),
    Someone("Paul Steiner", "Strategist", "member", 6500, date(2021, 2, 1), (6, 6, 6, 6, 6)),
    Someone("Clara Moser", "Designer", "member", 4100, None, from_week=26),
)


@dataclass(frozen=True, slots=True)
class Client:
    """A client: tax is "home", "reverse" or "abroad"; `pays_after` are days from the due day."""

    name: str
    legal: str
    street: str
    postcode: str
    city: str
    country: str
    currency: str
    tax: str
    vat: str
    contact: str
    mail: str
    pays_after: int
    needs_order: bool = False


CLIENTS = (
    Client(
        "Northwind",
        "Northwind GmbH",
        "Hafenstraße 12",
        "20457",
        "Hamburg",
        "DE",
        "EUR",
        "reverse",
        "DE811907980",
        "Jonas Reuter",
        "jonas.reuter@northwind.example",
        -4,
        True,
    ),
    Client(
        "Kestrel Foods",
        "Kestrel Foods AG",
        "Limmatquai 40",
        "8001",
        "Zürich",
        "CH",
        "CHF",
        "abroad",
        "CHE-116.281.710",
        "Sandra Frei",
        "sandra.frei@kestrel.example",
        3,
    ),
    Client(
        "Alder & Co",
        "Alder & Co KG",
        "Taborstraße 8",
        "1020",
        "Wien",
        "AT",
        "EUR",
        "home",
        "ATU63611700",
        "Martin Alder",
        "martin@alder.example",
        -9,
    ),
    Client(
        "Municipal Library",
        "Stadtbibliothek Salzburg",
        "Schumacherstraße 14",
        "5020",
        "Salzburg",
        "AT",
        "EUR",
        "home",
        "ATU36768206",
        "Eva Gruber",
        "eva.gruber@library.example",
        12,
        True,
    ),
    Client(
        "Meridian Health",
        "Meridian Health Inc.",
        "210 Tremont Street",
        "02116",
        "Boston",
        "US",
        "USD",
        "abroad",
        "",
        "Dana Cole",
        "dana.cole@meridian.example",
        1,
    ),
    Client(
        "Bergbahn Zell",
        "Bergbahn Zell GmbH",
        "Seilbahnweg 1",
        "5700",
        "Zell am See",
        "AT",
        "EUR",
        "home",
        "ATU57477929",
        "Lukas Egger",
        "egger@bergbahn.example",
        20,
    ),
    Client(
        "Lumen Verlag",
        "Lumen Verlag GmbH",
        "Türkenstraße 21",
        "80799",
        "München",
        "DE",
        "EUR",
        "reverse",
        "DE136695976",
        "Petra Lang",
        "lang@lumen.example",
        -2,
    ),
    Client(
        "Aare Logistics",
        "Aare Logistics AG",
        "Laupenstrasse 6",
        "3008",
        "Bern",
        "CH",
        "CHF",
        "abroad",
        "CHE-107.787.577",
        "Reto Moser",
        "reto.moser@aare.example",
        34,
    ),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope and its project: weeks count from the first; `team` is (first name, percent).

    `cap` and `milestones` are whole units of the client's currency; a milestone is
    (title, value, week in which it is accepted).
    """

    client: str
    title: str
    lead: str
    begins: int
    ends: int
    team: tuple[tuple[str, int], ...]
    tasks: tuple[str, ...]
    cap: int | None = None
    estimate: int = 0  # hours
    milestones: tuple[tuple[str, int, int], ...] = ()
    rate_factor: int = 100  # percent of the list price
    silence_days: int = 0  # the client approves the time too; so long unanswered counts as approved


SCOPES = (
    Scope(
        "Northwind",
        "Web shop relaunch",
        "Ines",
        0,
        24,
        (("Tomas", 60), ("Yuki", 60), ("Ines", 40)),
        ("Build", "Design system"),
        269_000,
        2190,
        (("Concept accepted", 9_000, 5), ("Launch", 14_000, 23)),
    ),
    Scope(
        "Northwind",
        "Checkout redesign",
        "Ines",
        34,
        66,
        (("Ines", 50), ("Tomas", 40), ("Yuki", 50)),
        ("Design system", "Usability tests"),
        248_000,
        1880,
        (("Clickable prototype", 4_500, 44), ("Tested checkout", 6_500, 58), ("Go-live", 8_000, 65)),
        silence_days=14,
    ),
    Scope(
        "Kestrel Foods",
        "Recipe app",
        "Jonas",
        2,
        30,
        (("Omar", 80), ("Lea", 50), ("Jonas", 30)),
        ("App", "Interface"),
        328_000,
        2690,
        (),
        108,
    ),
    Scope(
        "Kestrel Foods",
        "Data platform",
        "Jonas",
        30,
        68,
        (("Omar", 70), ("Nina", 70), ("Jonas", 30)),
        ("Pipelines", "Pipeline review"),
        295_000,
        3120,
        (("Architecture accepted", 12_000, 36), ("First pipelines live", 15_000, 52)),
        108,
    ),
    Scope(
        "Alder & Co",
        "Brand refresh",
        "Ines",
        20,
        64,
        (("Lea", 40), ("Paul", 50)),
        ("Identity", "Guidelines"),
        172_000,
        1940,
        (("Identity chosen", 7_500, 31),),
    ),
    Scope(
        "Municipal Library",
        "Catalogue search",
        "Jonas",
        0,
        28,
        (("Ada", 70), ("Nina", 60)),
        ("Search", "Accessibility"),
        220_000,
        2120,
    ),
    Scope(
        "Municipal Library", "Support", "Jonas", 28, 70, (("Ada", 25),), ("Requests",), 45_000, 420, (), 90
    ),
    Scope(
        "Meridian Health",
        "Patient portal",
        "Ines",
        8,
        56,
        (("Ada", 35), ("Clara", 60), ("Mara", 25)),
        ("Prototype", "Research"),
        298_000,
        2250,
        (("Research report", 11_000, 18),),
        115,
    ),
    Scope(
        "Bergbahn Zell",
        "Ticket kiosk",
        "Jonas",
        26,
        62,
        (("Ada", 40), ("Yuki", 25), ("Jonas", 20)),
        ("Kiosk", "Hardware tests"),
        168_000,
        1380,
        (("Pilot at the valley station", 6_000, 50),),
    ),
    Scope(
        "Lumen Verlag",
        "Editorial tool",
        "Ines",
        4,
        34,
        (("Paul", 45), ("Lea", 35)),
        ("Workshops", "Interface"),
        122_000,
        1440,
    ),
    Scope(
        "Lumen Verlag",
        "Reader analytics",
        "Ines",
        44,
        68,
        (("Tomas", 40), ("Clara", 25), ("Paul", 25)),
        ("Tracking", "Reports"),
        88_000,
        700,
        (("Dashboard accepted", 5_000, 57),),
    ),
    Scope(
        "Aare Logistics",
        "Fleet dashboard",
        "Jonas",
        12,
        60,
        (("Mara", 20), ("Jonas", 20), ("Omar", 15)),
        ("Dashboard", "Consulting"),
        140_000,
        1020,
        (),
        110,
    ),
)

INTERNAL = (("Administration", 3), ("Sales and proposals", 4), ("Learning", 2), ("Team", 3))

NOTES = (
    "Review with the team",
    "Corrections after feedback",
    "Build and tests",
    "Preparation of the workshop",
    "Workshop with the client",
    "Detailed design",
    "Bug fixes",
    "Documentation",
    "Weekly call and notes",
    "Refinement of the backlog",
    "Handover",
    "Research and comparison",
    "",
)

RATES_TO_EURO = {"CHF": 1_062_000_000, "USD": 921_000_000}
