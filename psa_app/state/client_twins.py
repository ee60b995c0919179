"""Clients that look like one: the pairs, two of them side by side, and making them one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.twins import Choice, TwinPair, TwinSide
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.models import Account
from psa_app.models.resource import FieldSpec
from psa_app.queries import record_links
from psa_app.queries.clients.compare import CALLED, Comparison, Side, compare
from psa_app.queries.clients.duplicates import Pair, pairs
from psa_app.queries.records import row_values
from psa_app.resources.clients import ACCOUNTS
from psa_app.services.clients.apart import keep_apart, look_again
from psa_app.services.clients.merge import ADDRESS, FIELDS, merge_accounts
from psa_app.services.clients.picks import Choice as Which
from psa_app.state import record_words
from psa_app.state.base import allow, field_errors, form_values, opened, read, say, write
from psa_app.state.lowcode.reading import firm_of

ONE, OTHER, NEITHER = "one", "other", "neither"


@dataclass(frozen=True)
class _Compared:
    found: Comparison
    choices: list[Choice]


class TwinsState(rx.State):
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

    @rx.event
    @allow("accounts.merge")
    async def load(self) -> Any:
        """Loads the pairs; `?one=…&other=…` opens two of them side by side."""
        await self._load()
        asked = self.router.url.query_parameters
        one, other = str(asked.get("one", "")), str(asked.get("other", ""))
        if one and other and not self.comparing:
            await self._compare(_id(one), _id(other))
            return opened(self, "one", "other")
        return None

    async def _load(self) -> None:
        found = await read(pairs)
        self.pairs = [_pair(one) for one in found]
        self.is_ready = True

    @rx.event
    @allow("accounts.merge")
    async def compare(self, one_id: int, other_id: int) -> None:
        """Puts two clients side by side."""
        await self._compare(one_id, other_id)

    async def _compare(self, one_id: int, other_id: int) -> None:
        made = await read(lambda session, who: _compared(session, who, one_id, other_id))
        found = made.found
        self._one, self._other = one_id, other_id
        self.sides = [_side(ONE, found.one), _side(OTHER, found.other)]
        self.choices, self.reasons = made.choices, ", ".join(found.reasons)
        self._moves = {
            ONE: _moving(found.other, found.one.account.name),
            OTHER: _moving(found.one, found.other.account.name),
        }
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
        values = form_values(data, ("keep", *FIELDS))
        kept, gone = (self._one, self._other) if self.keep == ONE else (self._other, self._one)
        choices = _choices(values, self.keep)
        try:
            account = await write(
                lambda session, who: merge_accounts(session, who, kept, other_id=gone, choices=choices)
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.comparing = False
        await say(self, f"They are one client now: {account.name}.")
        return rx.redirect(routes.client(int(account.id or 0)))

    @rx.event
    @allow("accounts.merge")
    async def not_the_same(self, one_id: int, other_id: int) -> None:
        """Remembers that two are not the same; they are not listed again."""
        await write(lambda session, who: keep_apart(session, who, one_id, other_id=other_id))
        self.comparing = False
        await self._load()
        undo = TwinsState.ask_again(one_id, other_id)
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
        await write(lambda session, who: look_again(session, who, one_id, other_id=other_id))
        await self._load()

    @rx.event
    @allow("accounts.merge")
    def close(self) -> None:
        """Closes the comparison."""
        self.comparing = False


def _id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise NotFound()
    return int(text)


def _choices(values: Mapping[str, str], keep: str) -> dict[str, Which]:
    """What was picked by side, told as the service takes it: of the kept one or of the other."""
    found: dict[str, Which] = {}
    for name in FIELDS:
        side = values.get(name, "")
        if side not in ("", ONE, OTHER):
            raise Invalid("Choose one of the two.", name)
        if side:
            found[name] = "keep" if side == keep else "other"
    return found


def _pair(pair: Pair) -> TwinPair:
    return TwinPair(
        f"{pair.one.id}-{pair.other.id}",
        pair.one.id,
        pair.other.id,
        pair.one.name,
        pair.other.name,
        pair.one.city,
        pair.other.city,
        list(pair.reasons),
        f"{pair.score}\u202f% alike",
    )


def _side(key: str, side: Side) -> TwinSide:
    account = side.account
    hangs = _counted(side) or "Nothing hangs on it."
    return TwinSide(key, account.name, routes.client(int(account.id or 0)), hangs)


def _counted(side: Side) -> str:
    return ", ".join(f"{count} {CALLED[name][count != 1]}" for name, count in side.hangs)


def _moving(gone: Side, kept: str) -> str:
    """What the merge does, in a sentence."""
    name, what = gone.account.name, _counted(gone)
    verb = "moves" if sum(count for _, count in gone.hangs) == 1 else "move"
    moved = f"{what} {verb} from {name} to {kept}. " if what else f"Nothing hangs on {name}. "
    return f"{moved}{name} is archived and leads there; its history stays, in the timeline of {kept}."


def _compared(session: Session, who: Actor, one_id: int, other_id: int) -> _Compared:
    found = compare(session, who, one_id, other_id)
    base, zone = firm_of(session)
    specs = [one for one in ACCOUNTS.fields if one.name in FIELDS]
    both = [row_values(ACCOUNTS, ACCOUNTS.fields, side.account) for side in (found.one, found.other)]
    names = record_links.names(session, who, specs, both)
    choices = []
    for name in FIELDS:
        if name == "address":
            label, texts = "Address", [_address(side.account) for side in (found.one, found.other)]
        else:
            spec: FieldSpec = next(one for one in specs if one.name == name)
            label = spec.label
            texts = [_said(spec, values, names.get(name, {}), base, zone) for values in both]
        if texts[0] != texts[1]:
            choices.append(_choice(name, label, texts))
    return _Compared(found, choices)


def _said(spec: FieldSpec, values: Mapping[str, Any], names: Mapping[int, str], base: str, zone: Any) -> str:
    if spec.kind == "bool":
        return "Yes" if values.get(spec.name) else "No"
    return record_words.text(spec, values, names, base, zone)


def _choice(name: str, label: str, texts: list[str]) -> Choice:
    """Of two values one is proposed: the only one that is there, else the kept side's. Of two VAT numbers
    none is: one of them is wrong, and only a person knows which.
    """
    only = ONE if texts[0] and not texts[1] else OTHER if texts[1] and not texts[0] else ""
    if name == "vat_id" and not only:
        only = NEITHER
    return Choice(name, label, texts[0] or "–", texts[1] or "–", only)


def _address(account: Account) -> str:
    if not any((account.street, account.postcode, account.city)):
        return ""
    parts = [getattr(account, name) for name in ADDRESS]
    return ", ".join(part for part in parts if part)
