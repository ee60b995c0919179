"""The demo firm's set-up: profile, people, calendars, clients, price list."""

from datetime import date, timedelta
from random import Random

from sqlmodel import Session, col, select

from psa_app.access import Actor, system
from psa_app.config import DEMO_PASSWORD
from psa_app.demo import world
from psa_app.models import Account, Contact, Holiday, Person, Role, TaxRate, User
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.firm.calendars import fill_holidays
from psa_app.services.firm.profile import Profile
from psa_app.services.firm.setup import setup_firm
from psa_app.services.identity.users import add_user
from psa_app.services.people.leave import approve_leave, request_leave
from psa_app.services.projects.make import create_project
from psa_app.services.projects.tasks import create_task
from psa_app.services.rates import create_rate
from psa_app.services.records import create_record

PASSWORD = DEMO_PASSWORD
DAYS = ("mon", "tue", "wed", "thu", "fri")


def set_up_firm(session: Session, first: date, last: date) -> None:
    """The firm with its bank accounts, tax numbers, calendars and exchange rates."""
    app = system("Set-up", via="cli")
    profile = Profile(
        name="Harbour Studio",
        legal_name="Harbour Studio GmbH",
        street="Kaigasse 4",
        postcode="5020",
        city="Salzburg",
        country="AT",
        email="office@harbour.example",
        phone="+43 662 000000",
        payment_days=30,
        round_increment=15,
        target_percent=75,
        payment_provider="sandbox",
        invoice_footer="Thank you for working with us.",
    )
    setup_firm(session, app, profile=profile, base_currency="EUR", is_demo=True)
    make = _maker(session, app)
    make(
        "bank_accounts",
        label="Main account",
        holder="Harbour Studio GmbH",
        bank="Bank of Salzburg",
        iban="AT611904300234573201",
        bic="BKAUATWW",
        currency="EUR",
        is_default=True,
    )
    make(
        "bank_accounts",
        label="Swiss francs",
        holder="Harbour Studio GmbH",
        bank="Bank of Zürich",
        iban="CH9300762011623852957",
        currency="CHF",
    )
    make("tax_numbers", kind="vat", country="AT", number="ATU62895905")
    make("tax_numbers", kind="register", country="AT", number="FN 123456 a")
    for calendar in ("AT", "CH", "DE"):
        fill_holidays(session, app, calendar=calendar, from_year=first.year - 1, to_year=last.year + 1)
    random = Random(3)
    for currency, rate in world.RATES_TO_EURO.items():
        day = first.replace(day=1)
        while day <= last:
            make(
                "exchange_rates",
                currency=currency,
                day=day,
                rate_nano=rate + random.randrange(-20, 20) * 1_000_000,
            )
            day = (day + timedelta(days=32)).replace(day=1)


def set_up_people(session: Session, first: date) -> dict[str, Actor]:
    """Roles, people with hours and cost, and their sign-ins; the actors by first name."""
    app = system("Set-up", via="cli")
    make = _maker(session, app)
    for name, cost, price in world.ROLES:
        role = make("roles", name=name, standard_cost_minor=cost)
        for currency, percent in (("EUR", 100), ("CHF", 105), ("USD", 118)):
            create_rate(
                session,
                app,
                level="firm_role",
                role_id=role.id,
                valid_from=first,
                rate=Money(price * percent // 100 // 500 * 500, currency),
            )
    roles = {role.name: role.id for role in session.exec(select(Role)).all()}
    actors = {}
    for someone in world.PEOPLE:
        hired = min(someone.hired, first) if someone.hired else first + timedelta(weeks=someone.from_week)
        person = make(
            "people", name=someone.name, email=someone.email, role_id=roles[someone.role], hired_on=hired
        )
        hours = dict(zip(DAYS, (hour * 60 for hour in someone.hours), strict=True))
        make("work_patterns", person_id=person.id, valid_from=hired, **hours)
        for day, cost in _costs(someone, hired, first).items():
            make("cost_rates", person_id=person.id, valid_from=day, amount_minor=cost)
        user = add_user(
            session,
            app,
            email=someone.email,
            name=someone.name,
            role=someone.sign_in,
            password=PASSWORD,
            person_id=person.id,
        )
        actors[someone.name.split()[0]] = actor_of(user)
    return actors


def _costs(someone: world.Someone, hired: date, first: date) -> dict[date, int]:
    """What an hour costs from each day on: less before the story, and a raise within it."""
    if someone.hired is None:
        return {hired: someone.cost}
    raised = first + timedelta(weeks=34)
    return {hired: someone.cost * 93 // 100, first: someone.cost, raised: someone.cost * 103 // 100}


def actor_of(user: User, contact: Contact | None = None) -> Actor:
    """The actor of a demo user."""
    return Actor(
        name=user.name,
        role=user.role,
        user_id=user.id,
        person_id=user.person_id,
        email=user.email,
        contact_id=user.contact_id,
        account_id=contact.account_id if contact else None,
        address="192.0.2.10",
    )


def set_up_clients(session: Session, owner: Actor) -> dict[str, tuple[Account, Actor]]:
    """The clients, each with a contact who may sign; the first contact can also sign in."""
    make = _maker(session, owner)
    taxes = {tax.kind: tax.id for tax in session.exec(select(TaxRate)).all()}
    kinds = {"home": "standard", "reverse": "reverse_charge", "abroad": "exempt"}
    found = {}
    for place, client in enumerate(world.CLIENTS):
        account = make(
            "accounts",
            name=client.name,
            legal_name=client.legal,
            street=client.street,
            postcode=client.postcode,
            city=client.city,
            country=client.country,
            currency=client.currency,
            vat_id=client.vat,
            tax_rate_id=taxes[kinds[client.tax]],
            purchase_order_needed=client.needs_order,
            email=f"office@{client.mail.split('@')[1]}",
        )
        contact = make(
            "contacts",
            account_id=account.id,
            name=client.contact,
            email=client.mail,
            is_approver=True,
            is_billing=True,
            title="Head of digital",
        )
        actor = Actor(
            name=contact.name,
            role="client",
            account_id=account.id,
            contact_id=contact.id,
            email=contact.email,
            via="portal",
            address="198.51.100.23",
        )
        if place < 2:
            user = add_user(
                session,
                system("Set-up", via="cli"),
                email=contact.email,
                name=contact.name,
                role="client",
                password=PASSWORD,
                contact_id=contact.id,
            )
            actor = actor_of(user, contact)
        found[client.name] = (account, actor)
    return found


def set_up_internal(session: Session, owner: Actor) -> dict[str, int]:
    """The firm's own project; its task ids by name."""
    project = create_project(session, owner, name="Harbour Studio", lead_id=owner.person_id)
    return {
        name: int(
            create_task(session, owner, project_id=int(project.id or 0), name=name, is_billable=False).id or 0
        )
        for name, _ in world.INTERNAL
    }


def ask_for_leave(session: Session, actors: dict[str, Actor], first: date, last: date) -> None:
    """Each year two weeks in summer and one in winter, staggered, and now and then a sick day."""
    random = Random(17)
    free = set(session.exec(select(col(Holiday.day)).where(Holiday.calendar == "AT")).all())
    for place, actor in enumerate(actors.values()):
        for year in (first.year, last.year):
            for start, length in (
                (date(year, 7, 6) + timedelta(weeks=place % 6), 11),
                (date(year, 12, 28), 3),
            ):
                end = start + timedelta(days=length)
                if start > first + timedelta(
                    weeks=world.PEOPLE[place].from_week
                ) and start < last + timedelta(weeks=8):
                    _take(session, actor, actors, start, end, "vacation")
        for _ in range(3):
            day = first + timedelta(days=random.randrange(30, (last - first).days - 20))
            working = day.weekday() < 5 and day not in free and day.month not in (7, 8, 12)
            if working and day > first + timedelta(weeks=world.PEOPLE[place].from_week):
                _take(session, actor, actors, day, day, "sick")
    session.flush()


def _take(
    session: Session, actor: Actor, actors: dict[str, Actor], start: date, end: date, kind: str
) -> None:
    person = session.get_one(Person, actor.person_id)
    if start < person.hired_on:
        return
    leave = request_leave(session, actor, starts_on=start, ends_on=end, kind=kind)  # type: ignore[arg-type]
    decider = actors["Felix"] if actor is actors["Mara"] else actors["Mara"]
    approve_leave(session, decider, int(leave.id or 0))


def _maker(session: Session, actor: Actor):  # type: ignore[no-untyped-def]
    def make(resource: str, /, **values: object):  # type: ignore[no-untyped-def]
        return create_record(session, actor, RESOURCES[resource], values)

    return make
