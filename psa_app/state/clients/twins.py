"""Two records side by side that may be one: `Comparing`, drawn by components/twins.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.twins import Choice, TwinPair, TwinSide
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries import record_links
from psa_app.queries.clients.compare import Comparison, Side
from psa_app.queries.records import row_values
from psa_app.services.clients.picks import Choice as Which
from psa_app.state.base import allow, field_errors, form_values, opened, read, say, write
from psa_app.state.lowcode import record_words
from psa_app.state.lowcode.reading import firm_of

ONE, OTHER, NEITHER = "one", "other", "neither"


@dataclass(frozen=True)
class Compared:
    """What one reading transaction gives the dialog; `sides` is what it says of each."""

    found: Comparison
    choices: list[Choice]
    sides: list[TwinSide]


class Comparing(rx.State, mixin=True):
    """The pairs, and the dialog over two of them; `keep` says which side stays."""

    pairs: list[TwinPair] = []
    comparing: bool = False
    sides: list[TwinSide] = []
    choices: list[Choice] = []
    reasons: str = ""
    keep: str = ONE
    moves: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _one: int = 0
    _other: int = 0
    _moves: dict[str, str] = {}

    # What a page says of its records

    def _fields(self) -> Sequence[str]:
        """The fields that can be chosen."""
        raise NotImplementedError

    def _pairs(self, session: Session, who: Actor) -> list[TwinPair]:
        raise NotImplementedError

    def _compared(self, session: Session, who: Actor, one_id: int, other_id: int) -> Compared:
        raise NotImplementedError

    def _merge(self, session: Session, who: Actor, kept: int, gone: int, choices: dict[str, Which]) -> Any:
        """Makes them one; returns the kept record."""
        raise NotImplementedError

    def _set_apart(self, session: Session, who: Actor, one_id: int, other_id: int) -> Any:
        raise NotImplementedError

    def _ask_again(self, session: Session, who: Actor, one_id: int, other_id: int) -> Any:
        raise NotImplementedError

    async def _merged(self, kept: Any) -> Any:
        """What follows from it: a page says it and leads on."""

    # What every such page does

    async def _load(self) -> None:
        self.pairs = await read(self._pairs)
        self.is_ready = True

    async def _open_asked(self) -> Any:
        """`?one=…&other=…` opens two of them side by side."""
        asked = self.router.url.query_parameters
        one, other = str(asked.get("one", "")), str(asked.get("other", ""))
        if one and other and not self.comparing:
            await self._compare(_id(one), _id(other))
            return opened(self, "one", "other")
        return None

    @rx.event
    @allow("accounts.merge")
    async def compare(self, one_id: int, other_id: int) -> None:
        """Puts two side by side."""
        await self._compare(one_id, other_id)

    async def _compare(self, one_id: int, other_id: int) -> None:
        made = await read(lambda session, who: self._compared(session, who, one_id, other_id))
        found = made.found
        self._one, self._other = one_id, other_id
        self.sides, self.choices, self.reasons = made.sides, made.choices, ", ".join(found.reasons)
        one, other = made.sides
        self._moves = {ONE: _moving(other, one, found.other), OTHER: _moving(one, other, found.one)}
        weightier = sum(n for _, n in found.other.hangs) > sum(n for _, n in found.one.hangs)
        self.keep = OTHER if weightier else ONE
        self.moves = self._moves[self.keep]
        self.errors = {}
        self.form_key += 1
        self.comparing = True

    @rx.event
    @allow("accounts.merge")
    def choose(self, side: str) -> None:
        """Says which of the two stays."""
        if side in self._moves:
            self.keep, self.moves = side, self._moves[side]

    @rx.event
    @allow("accounts.merge")
    async def merge(self, data: dict[str, Any]) -> Any:
        """Makes them one; what stands against it is said beside its field."""
        names = self._fields()
        values = form_values(data, ("keep", *names))
        kept, gone = (self._one, self._other) if self.keep == ONE else (self._other, self._one)
        choices = _choices(values, self.keep, names)
        try:
            record = await write(lambda session, who: self._merge(session, who, kept, gone, choices))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.comparing = False
        return await self._merged(record)

    @rx.event
    @allow("accounts.merge")
    async def not_the_same(self, one_id: int, other_id: int) -> None:
        """Remembers that two are not the same; they are not listed again."""
        await write(lambda session, who: self._set_apart(session, who, one_id, other_id))
        self.comparing = False
        await self._load()
        undo = type(self).ask_again(one_id, other_id)
        await say(self, "Remembered: these two are not the same.", undo=undo)

    @rx.event
    @allow("accounts.merge")
    async def these_are_not(self) -> None:
        """The same for the two that stand side by side."""
        if self._one and self._other:
            await self.not_the_same(self._one, self._other)

    @rx.event
    @allow("accounts.merge")
    async def ask_again(self, one_id: int, other_id: int) -> None:
        """Takes that back."""
        await write(lambda session, who: self._ask_again(session, who, one_id, other_id))
        await self._load()

    @rx.event
    @allow("accounts.merge")
    def close(self) -> None:
        """Closes the comparison."""
        self.comparing = False


def side_of(key: str, side: Side, called: Mapping[str, tuple[str, str]], href: str) -> TwinSide:
    """One of the two with what hangs on it."""
    counted = ", ".join(f"{count} {called[name][count != 1]}" for name, count in side.hangs)
    return TwinSide(key, side.record.name, href, counted or "Nothing hangs on it.")


def field_choices(
    session: Session, who: Actor, resource: Resource, found: Comparison, names: Sequence[str]
) -> list[Choice]:
    """The fields in which the two differ."""
    base, zone = firm_of(session)
    specs = [one for one in resource.fields if one.name in names]
    both = [row_values(resource, resource.fields, side.record) for side in (found.one, found.other)]
    links = record_links.names(session, who, specs, both)
    choices = []
    for spec in specs:
        texts = [_said(spec, values, links.get(spec.name, {}), base, zone) for values in both]
        if texts[0] != texts[1]:
            choices.append(choice(spec.name, spec.label, texts))
    return choices


def _said(spec: FieldSpec, values: Mapping[str, Any], names: Mapping[int, str], base: str, zone: Any) -> str:
    if spec.kind == "bool":
        return "Yes" if values.get(spec.name) else "No"
    return record_words.text(spec, values, names, base, zone)


def choice(name: str, label: str, texts: list[str]) -> Choice:
    """Of two values the only one that is there is proposed, else the kept side's."""
    only = ONE if texts[0] and not texts[1] else OTHER if texts[1] and not texts[0] else ""
    return Choice(name, label, texts[0] or "–", texts[1] or "–", only)


def undecided(found: Choice) -> Choice:
    """Of two unlike numbers one is wrong, and only a person knows which: neither is proposed."""
    return found if found.picked else replace(found, picked=NEITHER)


def _moving(gone: TwinSide, kept: TwinSide, side: Side) -> str:
    """What the merge does, in a sentence."""
    verb = "moves" if sum(count for _, count in side.hangs) == 1 else "move"
    moved = f"{gone.hangs} {verb} from {gone.name} to {kept.name}. " if side.hangs else ""
    moved = moved or f"Nothing hangs on {gone.name}. "
    return (
        f"{moved}{gone.name} is archived and leads there; its history stays, in the timeline of {kept.name}."
    )


def _id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise NotFound()
    return int(text)


def _choices(values: Mapping[str, str], keep: str, names: Sequence[str]) -> dict[str, Which]:
    """What was picked by side, told as the service takes it: of the kept one or of the other."""
    found: dict[str, Which] = {}
    for name in names:
        side = values.get(name, "")
        if side not in ("", ONE, OTHER):
            raise Invalid("Choose one of the two.", name)
        if side:
            found[name] = "keep" if side == keep else "other"
    return found
