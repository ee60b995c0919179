"""The pipeline in numbers: how far opportunities get, how long they stay, what is expected when."""

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.display.charts import StackBar
from psa_app.display.figures import Kpi
from psa_app.display.tables import Row
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.sales.board import PipelineBoard, pipeline_board
from psa_app.queries.sales.numbers import Numbers, pipeline_numbers
from psa_app.state.base import read
from psa_app.state.sales.pipeline_words import (
    ageing_rows,
    conversion_rows,
    month_bars,
    month_rows,
    number_kpis,
)


class PipelineNumbers(rx.State):
    """Tables and bars; `PipelineState.load` fills them."""

    kpis: list[Kpi] = []
    conversion: list[Row] = []
    ageing: list[Row] = []
    months: list[Row] = []
    bars: list[StackBar] = []
    bars_words: str = ""
    is_ready: bool = False

    async def _load(self) -> None:
        facts, found, board = await read(_read)
        self.kpis = number_kpis(found, board.open, facts)
        self.conversion = conversion_rows(found.conversion, facts)
        self.ageing = ageing_rows(found.ageing)
        self.months = month_rows(found.expected, found.currency, facts)
        self.bars, self.bars_words = month_bars(found.expected, found.currency, facts)
        self.is_ready = True


def _read(session: Session, who: Actor) -> tuple[FirmFacts, Numbers, PipelineBoard]:
    facts, now = firm_facts(session), clock.now()
    board = pipeline_board(session, who, facts.today, now)
    return facts, pipeline_numbers(session, who, facts.today, now), board
