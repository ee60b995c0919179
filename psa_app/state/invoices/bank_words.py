"""Lines of bank statements in words."""

from collections.abc import Iterable, Mapping

from psa_app import routes
from psa_app.display.bank import Chance, OpenPart
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.models import BankLine
from psa_app.queries.bank.lines import LineRow, LineToDecide
from psa_app.rules import money
from psa_app.rules.matching import Candidate, OpenInvoice
from psa_app.services.bank.take import Taken

VIEWS = {"open": "To decide", "booked": "Booked", "ignored": "Ignored", "outgoing": "Money out"}
GRADES = {
    "certain": ("Certain", "ok", "check"),
    "likely": ("Likely", "accent", ""),
    "doubtful": ("Doubtful", "warn", ""),
    "none": ("Unknown", "wait", ""),
}
SHORT = {
    "": "It stays open",
    "bank_charge": "A bank took it off",
    "discount": "A discount for paying early",
    "withholding": "Tax withheld by the client",
}
GUESSED = {"charge": "bank_charge", "discount": "discount"}


def row(one: LineRow, view: str) -> Row:
    """A line of the list; an open one says what it may pay and how sure that is."""
    line = one.line
    best = one.match.candidates[0] if one.match.candidates else None
    if view == "open":
        text, tone, icon = GRADES["certain" if one.payout else one.match.grade]
        mark = Cell(text, kind="badge", tone=tone, icon=icon, tip="; ".join(best.reasons) if best else "")
        about = Cell(one.invoice or _nothing(one), sub=one.client, kind="text" if one.invoice else "muted")
        about = Cell("Payout", sub=one.payout) if one.payout else about
    else:
        known = badge(line.status, "Money out" if line.status == "outgoing" else "")
        mark = Cell(known.text, kind="badge", tone="ok" if view == "booked" else known.tone)
        about = Cell(line.reason or one.invoice or ("On account" if one.client else "–"), sub=one.client)
    cells = [
        Cell(line.payer or "Without a name", sub=said(line), kind="strong"),
        Cell(words.day(line.booked_on)),
        Cell(words.money(line.amount_minor, line.currency), align="right"),
        about,
        mark,
    ]
    href = "" if view == "outgoing" else routes.with_query(routes.BANK, view=shown(view), line=line.id)
    return Row(
        str(line.id), cells, href=href, name=f"{line.payer} {words.money(line.amount_minor, line.currency)}"
    )


def shown(view: str) -> str:
    """A view as the address says it: the first one is not named."""
    return "" if view == "open" else view


def said(line: BankLine) -> str:
    """What the payer wrote, on one line."""
    text = " · ".join(dict.fromkeys(filter(None, (line.text, line.reference))))
    return text[:120] + ("…" if len(text) > 120 else "")


def _nothing(one: LineRow) -> str:
    if one.match.paid:
        return f"{', '.join(one.match.paid)} is paid already"
    return "Takes a payment back" if one.line.is_reversal else "–"


def facts(line: BankLine, paid: tuple[str, ...]) -> list[Fact]:
    """What the bank says of the line."""
    found = [
        Fact("Amount", words.money(line.amount_minor, line.currency), tone="strong"),
        Fact("Booked", words.day(line.booked_on)),
        Fact("From", line.payer or "–"),
        Fact("Account", line.payer_iban or "–"),
        Fact("Text", line.text or "–"),
        Fact("Reference", line.reference),
        Fact("As it was sent", line.told),
        Fact(
            "Taken off by banks", words.money(line.charges_minor, line.currency) if line.charges_minor else ""
        ),
        Fact("Named, and paid already", ", ".join(paid), tone="warn"),
        Fact("Look twice", "Another file holds this day and amount." if line.is_twin else "", tone="warn"),
    ]
    return [one for one in found if one.value]


def chances(
    candidates: Iterable[Candidate],
    names: Mapping[int, str],
    invoices: Iterable[OpenInvoice],
    currency: str,
    picked: int,
) -> list[Chance]:
    """The candidates, the best first."""
    numbers = {one.id: one.number for one in invoices}
    found = []
    for place, one in enumerate(candidates):
        rest = ""
        if one.short:
            rest = f" · {words.money(one.short, currency)} short"
        elif one.over:
            rest = f" · {words.money(one.over, currency)} over"
        title = ", ".join(numbers.get(key, "") for key, _ in one.parts)
        total = words.money(sum(amount for _, amount in one.parts), currency)
        because = "; ".join(one.reasons)
        client = names.get(one.account_id, "")
        found.append(
            Chance(
                str(place),
                f"{title} · {client}",
                because[:1].upper() + because[1:],
                total + rest,
                place == picked,
            )
        )
    return found


def parts(invoices: Iterable[OpenInvoice], amounts: Mapping[int, int], came_in: str) -> list[OpenPart]:
    """The client's open invoices with what the chosen candidate pays on each.

    Money in another currency pays one whole: what of the invoice is typed in the invoice's currency.
    """
    return [
        OpenPart(
            f"part-{one.id}",
            one.number,
            words.money(one.left, one.currency),
            words.day(one.due_on),
            money.plain(amounts[one.id], one.currency) if one.id in amounts else "",
            one.currency,
            f"{words.money(one.left, one.currency)} open, due {words.day(one.due_on)}"
            + ("" if one.currency == came_in else f". All that came settles this much {one.currency}."),
        )
        for one in sorted(invoices, key=lambda one: one.currency != came_in)
    ]


def recorded(found: LineToDecide) -> list[Chance]:
    """Payments recorded by hand that may be the line, or that it takes back."""
    amount = words.money(abs(found.line.amount_minor), found.line.currency)
    return [
        Chance(
            str(one.id),
            " · ".join(filter(None, (one.invoice or "On account", one.client))),
            " · ".join(
                filter(
                    None,
                    (f"recorded for {words.day(one.received_on)}" if one.received_on else "", one.reference),
                )
            ),
            amount,
        )
        for one in found.recorded
    ]


def payouts(found: LineToDecide) -> list[Chance]:
    """Payouts of the payment service that the line may be."""
    return [
        Chance(
            str(one.id),
            f"Payout {one.ref}",
            f"expected {words.day(one.arrives_on)}",
            words.money(one.amount, one.currency),
        )
        for one in found.payouts
    ]


def taken(result: Taken) -> str:
    """What came of a file, in a sentence or three."""
    if not result.new:
        return "Nothing new: every line of this file is here already."
    said = [f"{result.new} new {'line' if result.new == 1 else 'lines'}"]
    if result.known:
        said.append(f"{result.known} known already")
    if result.outgoing:
        said.append(f"{result.outgoing} money out")
    told = ", ".join(said) + "."
    if result.waiting:
        told += f" {result.waiting} not booked by the bank yet: left out."
    if result.unchecked:
        told += " The file has no balances, so nobody can tell whether it is whole."
    return told
