"""Quotes of the demo: a draft, two that are out, two accepted, one declined and its new version."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import Account, Quote, Role
from psa_app.queries.quotes.text import read_offer, sent_text
from psa_app.rules.money import Money
from psa_app.rules.quotes import TIME
from psa_app.services.quotes.answer import accept_quote, decline_quote
from psa_app.services.quotes.inputs import QuoteHead, QuoteLineInput
from psa_app.services.quotes.questions import answer_question, ask_question
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import change_quote, create_quote, new_version

ZONE = ZoneInfo("Europe/Vienna")
INTRO = "As we spoke about on the phone: what we would do, in which steps, and what each costs."
TERMS = "Prices hold for the time that this quote is open. Travel is billed as it comes, after you agree."
Client = tuple[Account, Actor]


class _Maker:
    """Writes lines in a client's currency, with the roles of the firm."""

    def __init__(self, session: Session, client: Client) -> None:
        self.roles = {role.name: int(role.id or 0) for role in session.exec(select(Role)).all()}
        self.currency = client[0].currency

    def amount(self, units: int) -> Money:
        return Money(units * 100, self.currency)

    def hours(self, title: str, role: str, hours: int, price: int, **more: object) -> QuoteLineInput:
        given = {"minutes": hours * 60, "rate": self.amount(price), "role_id": self.roles.get(role)}
        return QuoteLineInput(title, TIME, **(given | more))  # type: ignore[arg-type]

    def priced(self, title: str, model: str, price: int, **more: object) -> QuoteLineInput:
        return QuoteLineInput(title, model, value=self.amount(price), **more)  # type: ignore[arg-type]


def write_quotes(session: Session, owner: Actor, clients: dict[str, Client], today: date) -> None:
    """All of them, each at its own day; the clock is left as it was found."""
    now = clock.now()
    names = sorted(clients)
    northwind = clients["Northwind"]
    others = [clients[name] for name in names if name != "Northwind"]
    try:
        _accepted_with_an_option(session, owner, northwind, today)
        _about_to_expire(session, owner, others[0], today)
        _declined(session, owner, others[1], today)
        _accepted(session, owner, others[0], today)
        _renewed(session, owner, others[1], today)
        _with_a_question(session, owner, northwind, today)
        clock.set_source(lambda: now)
        _draft(session, owner, others[1], today)
    finally:
        clock.set_source(lambda: now)


def _on(day: date, hour: int = 10) -> None:
    instant = datetime(day.year, day.month, day.day, hour, 20, tzinfo=ZONE)
    clock.set_source(lambda: instant)


def _sent(
    session: Session,
    owner: Actor,
    client: Client,
    title: str,
    lines: tuple[QuoteLineInput, ...],
    day: date,
    until: date,
    discount_ppm: int = 0,
) -> Quote:
    _on(day)
    head = QuoteHead(
        title,
        intro=INTRO,
        terms=TERMS,
        discount_ppm=discount_ppm,
        contact_id=client[1].contact_id,
        starts_on=until + timedelta(days=14),
    )
    quote = create_quote(session, owner, account_id=int(client[0].id or 0), head=head, lines=lines)
    return send_quote(session, owner, int(quote.id or 0), valid_until=until)


def _accept(session: Session, client: Client, quote: Quote, chosen: tuple[int, ...], day: date) -> None:
    _on(day, 15)
    offer = read_offer(sent_text(session, quote))
    must = {x.line.key for x in offer.lines if not x.line.is_optional and not x.line.alternative}
    total = Money(offer.figures(must | set(chosen)).total, offer.currency)
    accept_quote(
        session,
        client[1],
        int(quote.id or 0),
        text_hash=quote.text_hash,
        chosen=chosen,
        total=total,
        name=client[1].name,
        title="Head of digital",
        agrees=True,
    )


def _accepted_with_an_option(session: Session, owner: Actor, client: Client, today: date) -> None:
    make = _Maker(session, client)
    lines = (
        make.hours("Interviews with twelve customers", "Senior designer", 60, 132),
        make.priced("Report and workshop", "fixed", 6_400),
        make.priced("Clickable prototype", "milestone", 9_800, is_optional=True, is_chosen=False),
    )
    day = today - timedelta(days=24)
    quote = _sent(session, owner, client, "Research for the app", lines, day, day + timedelta(days=30))
    _accept(session, client, quote, (3,), day + timedelta(days=6))


def _accepted(session: Session, owner: Actor, client: Client, today: date) -> None:
    make = _Maker(session, client)
    lines = (
        make.priced("Care of the shop", "retainer", 4_800, periods=12, minutes=40 * 60),
        make.priced("Hosting, standard", "subscription", 180, periods=12, alternative="Hosting"),
        make.priced("Hosting, two sites", "subscription", 320, periods=12, alternative="Hosting"),
    )
    day = today - timedelta(days=11)
    quote = _sent(session, owner, client, "Care and hosting", lines, day, day + timedelta(days=21), 30_000)
    _accept(session, client, quote, (2,), day + timedelta(days=4))


def _declined(session: Session, owner: Actor, client: Client, today: date) -> None:
    make = _Maker(session, client)
    lines = (
        make.hours("Design system", "Senior designer", 160, 132),
        make.hours("Components", "Engineer", 240, 120),
        make.priced("Training for your team", "fixed", 3_200, is_optional=True),
    )
    day = today - timedelta(days=18)
    old = _sent(session, owner, client, "Design system", lines, day, day + timedelta(days=30))
    _on(day + timedelta(days=5), 16)
    reason = "Good, but more than we have for this year. Can it be done in a smaller first step?"
    decline_quote(session, client[1], int(old.id or 0), reason=reason)


def _renewed(session: Session, owner: Actor, client: Client, today: date) -> None:
    make, day = _Maker(session, client), today - timedelta(days=10)
    first = _sent(
        session,
        owner,
        client,
        "Audit of the shop’s speed",
        (make.priced("Audit with a list of measures", "fixed", 5_600),),
        day,
        day + timedelta(days=30),
    )
    second = new_version(session, owner, int(first.id or 0))
    head = QuoteHead(first.title, contact_id=client[1].contact_id, intro=INTRO, terms=TERMS)
    changed = (
        make.priced("Audit with a list of measures", "fixed", 4_900),
        make.priced("Second measurement after three months", "fixed", 900, is_optional=True),
    )
    _on(day + timedelta(days=2))
    second_id = int(second.id or 0)
    change_quote(session, owner, second_id, version=second.version, head=head, lines=changed)
    send_quote(session, owner, second_id, valid_until=today + timedelta(days=20))


def _with_a_question(session: Session, owner: Actor, client: Client, today: date) -> None:
    make = _Maker(session, client)
    lines = (
        make.hours("Concept and design", "Senior designer", 80, 132, cap=make.amount(12_000)),
        make.hours("Building it", "Engineer", 140, 120, discount_ppm=50_000),
        make.priced("Loyalty card, printed", "fixed", 2_400, alternative="Card"),
        make.priced("Loyalty card in the phone’s wallet", "fixed", 3_900, alternative="Card"),
        make.priced("Support after launch", "retainer", 1_200, periods=6, minutes=600, is_optional=True),
    )
    day = today - timedelta(days=5)
    quote = _sent(session, owner, client, "Loyalty programme", lines, day, today + timedelta(days=16))
    _on(day + timedelta(days=1), 14)
    quote_id = int(quote.id or 0)
    asked = ask_question(session, client[1], quote_id, text="Does the support cover weekends too?")
    _on(day + timedelta(days=2), 9)
    answer = "Monday to Friday, 8 to 18 h. Weekends can come on top for 300 a month."
    answer_question(session, owner, quote_id, question_id=int(asked.id or 0), text=answer)
    _on(today - timedelta(days=1), 11)
    ask_question(session, client[1], quote_id, text="Could the printed card be done before Christmas?")


def _about_to_expire(session: Session, owner: Actor, client: Client, today: date) -> None:
    make = _Maker(session, client)
    lines = (
        make.hours("Map of all recipes", "Engineer", 90, 120),
        make.priced("Search with filters", "milestone", 7_200),
    )
    day = today - timedelta(days=20)
    _sent(session, owner, client, "Recipe finder", lines, day, today + timedelta(days=2), 50_000)


def _draft(session: Session, owner: Actor, client: Client, today: date) -> None:
    make = _Maker(session, client)
    lines = (
        make.hours("Moving the contents", "Engineer", 40, 120),
        make.priced("Newsletter in the new look", "fixed", 2_800, is_optional=True),
        make.priced("Licence of the editor", "subscription", 90, periods=12),
    )
    _on(today, 8)
    head = QuoteHead("New intranet", intro=INTRO, terms=TERMS, contact_id=client[1].contact_id)
    create_quote(session, owner, account_id=int(client[0].id or 0), head=head, lines=lines)
