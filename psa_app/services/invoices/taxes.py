"""Which tax a line is printed with: what the SOW agreed, else the client's, else the firm's default."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch
from psa_app.errors import Invalid, NotFound
from psa_app.models import Account, Sow, TaxRate


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax as it is printed on a line; `note` is the sentence that the law wants."""

    kind: str
    ppm: int
    name: str
    note: str = ""

    def columns(self) -> dict[str, Any]:
        """By column of an invoice line."""
        return {
            "tax_kind": self.kind,
            "tax_ppm": self.ppm,
            "tax_name": self.name,
            "tax_note": self.note,
        }


NO_TAX = Tax("zero", 0, "No tax")


class TaxBook:
    """The taxes of one client's lines, each read once."""

    def __init__(self, session: Session, account: Account) -> None:
        self.session = session
        self.account = account
        self._known: dict[int | None, Tax] = {}

    def of_sow(self, sow_id: int | None) -> Tax:
        """The tax of work under a SOW, or outside any."""
        if sow_id not in self._known:
            sow = self.session.get(Sow, sow_id) if sow_id is not None else None
            self._known[sow_id] = self._find((sow.tax_rate_id if sow else None) or self.account.tax_rate_id)
        return self._known[sow_id]

    def of_expense(self, sow_id: int | None, kind: str) -> Tax:
        """The tax of an expense: that of the work, unless its category has another and the work is taxed."""
        work = self.of_sow(sow_id)
        if not kind or kind == work.kind or work.kind not in ("standard", "reduced"):
            return work
        own = select(TaxRate).where(TaxRate.kind == kind, col(TaxRate.is_active)).order_by(col(TaxRate.id))
        rate = self.session.exec(own).first()
        return _printed(rate) if rate else work

    def _find(self, rate_id: int | None) -> Tax:
        default = (
            select(TaxRate).where(col(TaxRate.is_default), col(TaxRate.is_active)).order_by(col(TaxRate.id))
        )
        rate = self.session.get(TaxRate, rate_id) if rate_id else self.session.exec(default).first()
        return _printed(rate) if rate else NO_TAX


def chosen_tax(session: Session, actor: Actor, tax_rate_id: int) -> Tax:
    """A tax that a person chose for a line; raises `Invalid` for one that is not in use."""
    try:
        rate = fetch(session, actor, TaxRate, tax_rate_id)
    except NotFound:
        raise Invalid("Choose a tax from the list.", "tax_rate_id") from None
    if not rate.is_active:
        raise Invalid("This tax is not in use any more. Choose another.", "tax_rate_id")
    return _printed(rate)


def _printed(rate: TaxRate) -> Tax:
    return Tax(rate.kind, rate.rate_ppm, rate.name, rate.note)
