"""What the demo firm's people spent: handed in, approved, sent back, billed with their months."""

import struct
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.demo.scopes import Running
from psa_app.models import ExpenseCategory
from psa_app.rules.money import Money
from psa_app.services.expenses.decide import approve_expense, reject_expense, submit_expense
from psa_app.services.expenses.log import log_expense
from psa_app.services.expenses.receipts import add_receipt


@dataclass(frozen=True, slots=True)
class Spent:
    """`amount` in minor units, or with `quantity` thousandths of the category's unit.

    `until`: draft | submitted | approved | rejected. What is approved is billed with its month.
    """

    weeks_ago: int
    weekday: int
    who: str
    scope: str
    category: str
    what: str
    amount: int
    until: str
    currency: str = "EUR"
    quantity: int = 0


NEEDS_RECEIPT = 10_00
SPENT = (
    Spent(7, 1, "Tomas", "Checkout redesign", "Travel", "Train to Hamburg, workshop", 189_40, "approved"),
    Spent(7, 2, "Tomas", "Checkout redesign", "Accommodation", "Hotel in Hamburg", 142_00, "approved"),
    Spent(6, 3, "Nina", "Data platform", "Travel", "Train to Zürich and back", 118_00, "approved", "CHF"),
    Spent(6, 0, "Ada", "Ticket kiosk", "Mileage", "To the valley station", 0, "approved", quantity=164_000),
    Spent(5, 2, "Paul", "Brand refresh", "Software", "Licence of the typeface", 240_00, "approved"),
    Spent(2, 1, "Yuki", "Checkout redesign", "Travel", "Night train to Hamburg", 119_00, "approved"),
    Spent(2, 2, "Yuki", "Checkout redesign", "Per diem", "Tests on site", 0, "approved", quantity=2_000),
    Spent(1, 3, "Omar", "Data platform", "Accommodation", "Hotel in Zürich", 236_00, "submitted", "CHF"),
    Spent(1, 1, "Tomas", "Reader analytics", "Software", "Test account, one month", 49_00, "submitted"),
    Spent(1, 4, "Ada", "Support", "Travel", "Bus to the library", 8_40, "submitted"),
    Spent(1, 2, "Lea", "Brand refresh", "Meals", "Lunch with the client", 64_50, "rejected"),
    Spent(0, 0, "Tomas", "Checkout redesign", "Mileage", "To the usability lab", 0, "draft", quantity=38_500),
    Spent(0, 0, "Yuki", "Checkout redesign", "Travel", "Taxi to the station", 21_00, "draft"),
)


def spend_week(
    session: Session, actors: dict[str, Actor], running: list[Running], monday: date, today: date
) -> None:
    """What was spent in a week, as far as it went; the lead decides, finance where it is the lead's own."""
    now = today - timedelta(days=today.weekday())
    for one in SPENT:
        if monday == now - timedelta(weeks=one.weeks_ago):
            _spend(session, actors, running, one, monday + timedelta(days=one.weekday))


def _spend(session: Session, actors: dict[str, Actor], running: list[Running], one: Spent, day: date) -> None:
    found = next(r for r in running if r.scope.title == one.scope)
    category = session.exec(select(ExpenseCategory).where(ExpenseCategory.name == one.category)).one()
    made = log_expense(
        session,
        actors[one.who],
        project_id=found.project_id,
        category_id=int(category.id or 0),
        spent_on=day,
        description=one.what,
        amount=Money(one.amount, one.currency) if one.amount else None,
        quantity_milli=one.quantity or None,
    )
    expense_id = int(made.id or 0)
    if one.amount > NEEDS_RECEIPT and one.until in ("submitted", "approved"):
        add_receipt(session, actors[one.who], expense_id, name="receipt.png", content=photo())
    if one.until == "draft":
        return
    submit_expense(session, actors[one.who], expense_id)
    lead = actors["Felix" if found.scope.lead == one.who else found.scope.lead]
    if one.until == "approved":
        approve_expense(session, lead, expense_id)
    elif one.until == "rejected":
        reject_expense(session, lead, expense_id, reason="Please add the receipt, and who was there.")


def photo(width: int = 180, height: int = 240) -> bytes:
    """A picture of a slip of paper with grey lines, as PNG."""
    rows, paper, grey = bytearray(), bytes([246]), bytes([150])
    for y in range(height):
        rows.append(0)  # no filter
        ends = 60 + 37 * (y // 16) % 80
        is_text = 24 < y < height - 24 and y % 16 < 5
        line = min(ends + 20, width) - 21 if is_text else 0
        rows += paper * 21 + grey * line + paper * (width - 21 - line)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
