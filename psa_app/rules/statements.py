"""A statement of account: what was charged and settled in a period, between two balances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

What = Literal["invoice", "void", "credit_note", "payment", "taken_back", "written_off", "reopened"]


class Move(NamedTuple):
    """Something that changed what a client owes; `amount` is above zero when they owe more."""

    on: date
    what: What
    number: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Row:
    """One move with the balance after it."""

    on: date
    what: What
    number: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Account:
    """What a client owed at the beginning and at the end in one currency, and each move between."""

    currency: str
    opening: int
    rows: tuple[Row, ...]
    closing: int


def statement(moves: Iterable[Move], first: date, last: date) -> tuple[Account, ...]:
    """By currency, moves in order of their days; a currency without balance or move is left out.

    Opening + moves of the period = closing. Moves after `last` do not count.
    """
    by_currency: dict[str, list[Move]] = {}
    for one in moves:
        if one.on <= last and one.amount:
            by_currency.setdefault(one.currency, []).append(one)
    found = []
    for currency, mine in sorted(by_currency.items()):
        balance = opening = sum(one.amount for one in mine if one.on < first)
        rows = []
        for one in sorted((one for one in mine if one.on >= first), key=lambda one: one.on):
            balance += one.amount
            rows.append(Row(one.on, one.what, one.number, one.amount, balance))
        if opening or rows:
            found.append(Account(currency, opening, tuple(rows), balance))
    return tuple(found)
