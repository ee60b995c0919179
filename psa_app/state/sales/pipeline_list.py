"""The pipeline as a list: what the address asks for, sorted and narrowed."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.display.tables import Cell, Pager, Row
from psa_app.errors import Invalid
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.sales.listing import PAGE, SORTS, ChancePage, Narrowed, chance_page
from psa_app.queries.sales.rows import StageRow, owners, stages
from psa_app.resources.sales import SOURCES
from psa_app.rules.weeks import month_days
from psa_app.state.base import allow, read
from psa_app.state.sales.pipeline_words import list_rows, list_totals, month_words, months_ahead

KEYS = ("q", "stage", "owner", "source", "month", "sort", "page")


class PipelineList(rx.State):
    """One page of the list."""

    rows: list[Row] = []
    totals: list[Cell] = []
    pager: Pager = Pager()
    files: list[str] = ["", ""]
    q: str = ""
    stage: str = ""
    owner: str = ""
    source: str = ""
    month: str = ""
    sort: str = ""
    descending: bool = False
    stages: list[Option] = []
    owners: list[Option] = []
    months: list[Option] = []
    is_narrowed: bool = False
    is_ready: bool = False

    async def _load(self) -> None:
        asked = self._asked()
        page = int(asked["page"]) if asked["page"].isdecimal() and len(asked["page"]) < 7 else 1
        facts, found, listed, people = await read(
            lambda s, who: _read(s, who, narrowed(asked), asked["sort"], page)
        )
        self.rows, self.totals = list_rows(found, facts, clock.now()), list_totals(found, facts)
        self.pager = Pager(found.page, found.pages, _range(found))
        self.q, self.owner, self.source = asked["q"], asked["owner"], asked["source"]
        self.stage, self.month = asked["stage"], asked["month"]
        sort = asked["sort"]
        self.sort = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else ""
        self.descending = sort.startswith("-")
        self.stages = [
            Option("all", "All stages"),
            *(Option(str(one.id), one.name) for one in listed),
        ]
        self.owners = [Option(str(key), name) for key, name in people]
        self.months = [Option(str(one), month_words(one, facts)) for one in months_ahead(facts.today)]
        self.is_narrowed = any(asked[key] for key in ("stage", "owner", "source", "month"))
        self.files = _files(asked)
        self.is_ready = True

    def _asked(self) -> dict[str, str]:
        given = self.router.url.query_parameters
        asked = {key: str(given.get(key, ""))[:100] for key in KEYS}
        for key in ("owner", "month"):
            asked[key] = asked[key] if asked[key].isdecimal() and len(asked[key]) < 10 else ""
        if asked["month"] and not 190_001 <= int(asked["month"]) <= 219_912:
            asked["month"] = ""
        asked["source"] = asked["source"] if asked["source"] in dict(SOURCES) else ""
        return asked

    def _go(self, **changes: str) -> Any:
        wanted = self._asked() | {"page": ""} | changes
        return rx.redirect(routes.with_query(routes.PIPELINE, tab="list", **wanted), replace=True)

    @rx.event
    @allow("opportunities.read")
    def search(self, text: str) -> Any:
        """Searches by what was typed."""
        return self._go(q=text[:100])

    @rx.event
    @allow("opportunities.read")
    def on_sort(self, key: str) -> Any:
        """Sorts by a column, or turns its order round."""
        turned = key == self.sort and not self.descending
        return self._go(sort=f"-{key}" if turned else key)

    @rx.event
    @allow("opportunities.read")
    def narrow(self, key: str, value: str) -> Any:
        """Sets one filter; the list begins at its top again."""
        if key not in ("stage", "owner", "source", "month"):
            raise Invalid("There is no such filter.")
        return self._go(**{key: value[:100]})

    @rx.event
    @allow("opportunities.read")
    def clear(self) -> Any:
        """Takes all filters off."""
        return self._go(stage="", owner="", source="", month="")

    @rx.event
    @allow("opportunities.read")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return self._go(page=str(page) if page > 1 else "")


def narrowed(asked: dict[str, str]) -> Narrowed:
    """What the address asks for, as the query takes it."""
    month = int(asked["month"]) if asked["month"] else None
    if month is not None and not 1 <= month % 100 <= 12:
        month = None
    owner = int(asked["owner"]) if asked["owner"] else None
    return Narrowed(asked["q"], asked["stage"] or "open", owner, asked["source"], month)


def _files(asked: dict[str, str]) -> list[str]:
    """The same list as files; a stage, person, source or month narrows them, the words search the titles."""
    given: dict[str, object] = {"q": asked["q"], "owner_id": asked["owner"], "source": asked["source"]}
    if asked["stage"].isdecimal():
        given["stage_id"] = asked["stage"]
    month = narrowed(asked).month
    if month is not None:
        given["expected_on__from"], given["expected_on__to"] = month_days(month)
    return routes.export("opportunities", **given)


def _range(found: ChancePage) -> str:
    first = (found.page - 1) * PAGE + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.count}" if found.rows else ""


def _read(
    session: Session, who: Actor, asked: Narrowed, sort: str, page: int
) -> tuple[FirmFacts, ChancePage, list[StageRow], list[tuple[int, str]]]:
    facts = firm_facts(session)
    found = chance_page(session, who, asked, facts.today, sort=sort, page=page)
    return facts, found, stages(session, who), owners(session, who)
