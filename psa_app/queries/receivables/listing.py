"""The page of who owes what: by client and age in the firm's currency, and invoice by invoice."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, require
from psa_app.models import Firm
from psa_app.queries.exchange import exchange
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.receivables.standing import Receivable, open_receivables
from psa_app.rules.reminders import AGES, age


@dataclass(frozen=True, slots=True)
class Debtor:
    """A client's open invoices by age, in the firm's currency; `since` is the oldest day due."""

    account_id: int
    client: str
    ages: tuple[int, ...]
    since: date

    @property
    def total(self) -> int:
        """All that the client owes."""
        return sum(self.ages)


@dataclass(frozen=True, slots=True)
class ReceivablesPage:
    """What is owed in all: by client, the most first, and by invoice, the longest due first."""

    today: date
    currency: str
    debtors: tuple[Debtor, ...]
    invoices: tuple[Receivable, ...]
    ages: tuple[int, ...]
    has_plan: bool


def receivables(session: Session, actor: Actor, *, client_id: int | None = None) -> ReceivablesPage:
    """What clients owe, or one of them, at the invoices' own exchange rates."""
    require(actor, "payments.record")
    firm = session.exec(select(Firm)).one()
    today, fx = clock.today(firm.time_zone), exchange(session)
    every = open_receivables(session, is_test=takes_test_money(firm))
    rows = tuple(one for one in every if client_id in (None, one.account_id))
    by_client: dict[int, list[Receivable]] = defaultdict(list)
    for one in every:
        by_client[one.account_id].append(one)
    debtors = []
    for account_id, mine in by_client.items():
        ages = [0] * len(AGES)
        for one in mine:
            ages[age(one.due_on, today)] += fx.at(one.rest, one.currency, one.rate_nano)
        debtors.append(Debtor(account_id, mine[0].client, tuple(ages), min(one.due_on for one in mine)))
    debtors.sort(key=lambda one: (-one.total, one.client))
    sums = tuple(sum(one.ages[place] for one in debtors) for place in range(len(AGES)))
    has_plan = any(one.steps for one in every)
    return ReceivablesPage(today, firm.base_currency, tuple(debtors), rows, sums, has_plan)
