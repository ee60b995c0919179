"""Rates of the demo: next year's prices, cards of clients with a dated change, and modifiers in use."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo import world
from psa_app.models import Account, Role, TimeEntry
from psa_app.services.rates_matrix import CellChange, set_rates
from psa_app.services.rates_modifiers import create_modifier
from psa_app.services.time.log import change_entry

CARDS = (  # client, role, an hour in its currency: last year, since July
    ("Northwind", "Senior engineer", 136, 142),
    ("Northwind", "Senior designer", 126, 132),
    ("Northwind", "Strategist", 150, 155),
    ("Bergbahn Zell", "Engineer", 108, 112),
    ("Bergbahn Zell", "Designer", 98, 102),
    ("Alder & Co", "Designer", 100, 104),
)


def set_rate_cards(
    session: Session,
    finance: Actor,
    actors: dict[str, Actor],
    clients: dict[str, tuple[Account, Actor]],
    today: date,
) -> None:
    """The cards, each in one act; then modifiers, and who worked late this week."""
    roles = {role.name: int(role.id or 0) for role in session.exec(select(Role)).all()}
    year = date(today.year, 1, 1)
    for day, place in ((year, 2), (date(today.year, 7, 1), 3)):
        for currency in sorted({clients[card[0]][0].currency for card in CARDS}):
            changes = tuple(
                CellChange(
                    f"{card[0]} {card[1]}",
                    "account_role",
                    int(card[place]) * 100,
                    role_id=roles[card[1]],
                    account_id=int(clients[card[0]][0].id or 0),
                )
                for card in CARDS
                if clients[card[0]][0].currency == currency
            )
            set_rates(session, finance, changes=changes, currency=currency, valid_from=day)
    coming = tuple(
        CellChange(name, "firm_role", (price * 104 // 100 + 249) // 250 * 250, role_id=roles[name])
        for name, _, price in world.ROLES
    )
    set_rates(session, finance, changes=coming, currency="EUR", valid_from=date(today.year + 1, 1, 1))
    late = create_modifier(session, finance, name="After hours", factor_ppm=1_500_000, valid_from=year)
    create_modifier(session, finance, name="Weekend", factor_ppm=2_000_000, valid_from=year)
    northwind = int(clients["Northwind"][0].id or 0)
    create_modifier(
        session,
        finance,
        name="On site",
        plus_minor=2000,
        currency="EUR",
        valid_from=year,
        account_id=northwind,
    )
    for name in ("Tomas", "Nina"):
        _work_late(session, actors[name], int(late.id or 0), today)


def _work_late(session: Session, member: Actor, modifier_id: int, today: date) -> None:
    """The member's last billable draft of the week was done after hours."""
    entry = session.exec(
        select(TimeEntry)
        .where(
            TimeEntry.person_id == member.person_id,
            TimeEntry.status == "draft",
            col(TimeEntry.is_billable),
            col(TimeEntry.work_date) > today - timedelta(days=14),
        )
        .order_by(col(TimeEntry.work_date).desc(), col(TimeEntry.id).desc())
    ).first()
    if entry is not None:
        change_entry(session, member, int(entry.id or 0), version=entry.version, modifier_id=modifier_id)
