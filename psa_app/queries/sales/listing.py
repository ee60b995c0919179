"""The pipeline as a list: searched, narrowed, sorted, a page at a time, with the sums of all that fits."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlmodel import Session

from psa_app.access import Actor, require, visible
from psa_app.models import Opportunity
from psa_app.queries.exchange import exchange
from psa_app.queries.sales.rows import ACCOUNT, OPPORTUNITY, STAGE, USER, Chance, chances, joined, words_in
from psa_app.rules.pipeline import OPEN
from psa_app.rules.weeks import month_days

PAGE = 50
SORTS = ("client", "title", "stage", "percent", "amount", "expected_on", "owner", "since")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list is narrowed to; `stage` is an id, "open" or "all"; `month` is yyyymm."""

    text: str = ""
    stage: str = "open"
    owner_id: int | None = None
    source: str = ""
    month: int | None = None


@dataclass(frozen=True, slots=True)
class ChancePage:
    """A page of the list; `total` and `weighted` of the whole list, in the firm's currency."""

    rows: tuple[Chance, ...]
    count: int
    page: int
    pages: int
    total: int
    weighted: int
    currency: str
    unknown: int  # of `count` have no amount yet


def chance_page(
    session: Session, actor: Actor, asked: Narrowed, today: date, *, sort: str = "", page: int = 1
) -> ChancePage:
    """One page, 50 rows; a page beyond the last is the last."""
    require(actor, "opportunities.read")
    where = clauses(asked)
    rates = exchange(session)
    count = total = likely = unknown = 0
    for currency, many, amount, weighted, empty in session.connection().execute(_sums(actor, where)):
        count, unknown = count + many, unknown + int(empty)
        total += rates.to_base(int(amount), currency, today)
        likely += rates.to_base(int(weighted), currency, today)
    pages = max(1, -(-count // PAGE))
    page = max(1, min(page, pages))
    rows = chances(session, actor, *where, order=_order(sort), limit=PAGE, offset=(page - 1) * PAGE)
    return ChancePage(tuple(rows), count, page, pages, total, likely, rates.base, unknown)


def clauses(asked: Narrowed) -> list[ColumnElement[bool]]:
    """The WHERE clauses of what a list is narrowed to; what makes no sense narrows nothing."""
    found = words_in(asked.text)
    if asked.stage.isdecimal() and len(asked.stage) < 10:
        found.append(OPPORTUNITY.c.stage_id == int(asked.stage))
    elif asked.stage != "all":
        found.append(STAGE.c.outcome == OPEN)
    if asked.owner_id is not None:
        found.append(OPPORTUNITY.c.owner_id == asked.owner_id)
    if asked.source:
        found.append(OPPORTUNITY.c.source == asked.source)
    if asked.month is not None:
        found.append(OPPORTUNITY.c.expected_on.between(*month_days(asked.month)))
    return found


def _sums(actor: Actor, where: list[ColumnElement[bool]]) -> Select[Any]:
    """By currency: how many, their sum and weighted sum (each half up), and how many have no amount."""
    amount = OPPORTUNITY.c.amount_minor
    weighted = (amount * OPPORTUNITY.c.percent + 50) // 100
    return (
        select(
            OPPORTUNITY.c.currency,
            func.count(),
            func.sum(amount),
            func.sum(weighted),
            func.sum(case((amount == 0, 1), else_=0)),
        )
        .select_from(joined())
        .where(visible(actor, Opportunity), *where)
        .group_by(OPPORTUNITY.c.currency)
        .order_by(OPPORTUNITY.c.currency)
    )


def _order(sort: str) -> list[Any]:
    keys: dict[str, Any] = {
        "client": func.lower(ACCOUNT.c.name),
        "title": func.lower(OPPORTUNITY.c.title),
        "stage": case(
            (STAGE.c.outcome == "won", 1000), (STAGE.c.outcome == "lost", 1001), else_=STAGE.c.position
        ),
        "percent": OPPORTUNITY.c.percent,
        "amount": OPPORTUNITY.c.amount_minor,
        "expected_on": OPPORTUNITY.c.expected_on,
        "owner": func.lower(func.coalesce(USER.c.name, "")),
        "since": OPPORTUNITY.c.stage_since,
    }
    key = keys.get(sort.removeprefix("-"))
    if key is None:
        return [OPPORTUNITY.c.expected_on.is_(None), OPPORTUNITY.c.expected_on, OPPORTUNITY.c.id]
    return [key.desc() if sort.startswith("-") else key.asc(), OPPORTUNITY.c.id]
