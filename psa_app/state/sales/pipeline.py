"""The pipeline's board: cards are moved by drag; a lost one asks why. List and numbers load beside it."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.board import BoardCard, BoardColumn
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.sales.board import PipelineBoard, pipeline_board
from psa_app.queries.sales.rows import Chance, owners
from psa_app.services.sales.move import move_opportunity
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, say, write
from psa_app.state.sales.opportunity_form import OpportunityForm
from psa_app.state.sales.pipeline_list import PipelineList
from psa_app.state.sales.pipeline_numbers import PipelineNumbers
from psa_app.state.sales.pipeline_words import board_cards, board_columns, open_words

VIEWS = {"": "Board", "list": "List", "numbers": "Numbers"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a card stood before it was moved, for Undo."""

    stage_id: int
    position: int
    loss_reason: str
    title: str


class PipelineState(rx.State):
    """The board of whose cards the address asks for, and the dialog that asks why one was lost."""

    columns: list[BoardColumn] = []
    cards: list[BoardCard] = []
    epoch: int = 0
    subtitle: str = ""
    views: list[Tab] = []
    tab: str = ""
    q: str = ""
    owner: str = ""
    owners: list[Option] = []
    may_change: bool = False
    may_import: bool = False
    is_ready: bool = False
    losing: bool = False
    losing_title: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _cards: dict[int, Chance] = {}
    _lost: int = 0
    _move: dict[str, Any] = {}
    _undo: dict[int, _Place] = {}

    @rx.event
    @allow("opportunities.read")
    async def load(self) -> Any:
        """Loads what the address describes; `?new=1` (`client=`, `stage=`) opens the form."""
        asked = self.router.url.query_parameters
        tab = str(asked.get("tab", ""))
        self.tab = tab if tab in VIEWS else ""
        self.q = str(asked.get("q", ""))[:100]
        owner = str(asked.get("owner", ""))
        self.owner = owner if owner.isdecimal() and len(owner) < 10 else ""
        self.may_change = may(actor(), "opportunities.change")
        self.may_import = self.may_change and may(actor(), "records.import")
        if self.tab == "list":
            await (await self.get_state(PipelineList))._load()
        elif self.tab == "numbers":
            await (await self.get_state(PipelineNumbers))._load()
        await self._load()
        if asked.get("new") and self.may_change:
            form = await self.get_state(OpportunityForm)
            await form._new(str(asked.get("client", "")), str(asked.get("stage", "")))
            return opened(self, "client", "stage")
        return None

    async def _load(self) -> None:
        owner_id = int(self.owner) if self.owner else None
        facts, found, people = await read(lambda s, who: _read(s, who, owner_id, self.q))
        now = clock.now()
        self._cards = {card.id: card for column in found.stages for card in column.cards}
        self.columns = board_columns(found, facts)
        self.cards = board_cards(found, facts, now)
        self.subtitle = open_words(found.open, found.currency, found.missing_rates, facts)
        self.owners = [Option(str(key), name) for key, name in people]
        self.views = [
            Tab(key, label, routes.with_query(routes.PIPELINE, tab=key, owner=self.owner, q=self.q))
            for key, label in VIEWS.items()
        ]
        self.is_ready = True

    @rx.event
    @allow("opportunities.read")
    def search(self, text: str) -> Any:
        """Narrows to titles and clients with these words."""
        return rx.redirect(routes.with_query(routes.PIPELINE, q=text[:100], owner=self.owner), replace=True)

    @rx.event
    @allow("opportunities.read")
    def narrow(self, owner: str) -> Any:
        """Narrows to one person's."""
        return rx.redirect(routes.with_query(routes.PIPELINE, q=self.q, owner=owner[:10]), replace=True)

    @rx.event
    @allow("opportunities.change")
    async def move(self, change: dict[str, Any]) -> None:
        """A card was dropped; one that was lost asks why first, what is refused goes back."""
        card = self._card(change.get("id"))
        stage, before = number(change.get("column")), number(change.get("before"))
        index = number(change.get("index"))
        column = next((one for one in self.columns if one.id == str(stage)), None)
        if column is None:
            raise NotFound("This stage is not there any more.")
        given = {"stage_id": stage, "position": index, "from_stage_id": before}
        if column.tone == "wait" and stage != before:
            self._ask_why(card, given)
            return
        await self._do(card, given, column.name)

    async def _do(self, card: Chance, given: dict[str, Any], to: str) -> None:
        try:
            await write(lambda s, who: move_opportunity(s, who, card.id, **given))
            place = _Place(card.stage_id, card.position, card.loss_reason, card.title)
            self._undo = {**self._undo, card.id: place}
            moved = given["stage_id"] != card.stage_id
            text = f"{card.title} is in {to}." if moved else f"{card.title} has another place."
            await say(self, text, undo=PipelineState.put_back(card.id))
        finally:
            self.epoch += 1
            await self._load()

    def _ask_why(self, card: Chance, given: dict[str, Any]) -> None:
        self._lost, self._move = card.id, given
        self.losing_title = f"Lost: {card.title}"
        self.errors = {}
        self.form_key += 1
        self.losing = True

    @rx.event
    @allow("opportunities.change")
    async def lose(self, data: dict[str, Any]) -> None:
        """Moves a card to lost, with the reason."""
        card = self._card(self._lost)
        reason = form_values(data, ("loss_reason",))["loss_reason"]
        if not reason:
            self.errors = {"loss_reason": "Say why it was lost: the next offer can learn from it."}
            return
        try:
            await self._do(card, self._move | {"loss_reason": reason}, "Lost")
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.losing = False

    @rx.event
    @allow("opportunities.change")
    def keep(self) -> None:
        """Closes the question why; the card goes back."""
        self.losing = False
        self.epoch += 1

    @rx.event
    @allow("opportunities.change")
    async def put_back(self, opportunity_id: int) -> None:
        """Undoes the last move of a card."""
        place = self._undo.get(opportunity_id)
        if place is None:
            raise NotFound("This move cannot be undone any more.")
        await write(
            lambda s, who: move_opportunity(
                s,
                who,
                opportunity_id,
                stage_id=place.stage_id,
                position=place.position,
                loss_reason=place.loss_reason,
            )
        )
        self.epoch += 1
        await self._load()

    @rx.event
    @allow("opportunities.change")
    async def add(self) -> None:
        """Opens the form for a new opportunity."""
        form = await self.get_state(OpportunityForm)
        await form._new("", "")

    @rx.event
    @allow("opportunities.change")
    async def save(self, data: dict[str, Any]) -> Any:
        """Makes the opportunity and opens its page."""
        form = await self.get_state(OpportunityForm)
        made = await form._save(data)
        return rx.redirect(routes.opportunity(made)) if made else None

    def _card(self, given: Any) -> Chance:
        card = self._cards.get(number(given))
        if card is None:
            raise NotFound("This opportunity is not on the board any more.")
        return card


def _read(
    session: Session, who: Actor, owner_id: int | None, text: str
) -> tuple[FirmFacts, PipelineBoard, list[tuple[int, str]]]:
    facts = firm_facts(session)
    found = pipeline_board(session, who, facts.today, clock.now(), owner_id=owner_id, text=text)
    return facts, found, owners(session, who)


def number(given: Any) -> int:
    """A whole number that a board handed in, as such or as text. Raises `Invalid`."""
    text = str(given)
    if isinstance(given, bool) or not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Invalid("That is no place on the board.")
    return int(text)
