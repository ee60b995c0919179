"""Files, renewal, governing agreement and deposits of a scope, in words."""

from datetime import date

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.scope import FileRow
from psa_app.formats import words
from psa_app.models import Agreement, Attachment, Sow
from psa_app.queries.contracts.one import Scope
from psa_app.queries.invoices.deposits import AskedDeposit
from psa_app.rules.scopes import agreement_state, notice_on, outlives, renewal_state


def file_rows(files: tuple[Attachment, ...], token: str = "") -> list[FileRow]:
    """The files in words, each with the address of its content; `token` is that of a mail's link."""
    return [
        FileRow(
            str(one.id),
            one.name,
            words.size(one.size),
            routes.with_query(routes.attachment(int(one.id or 0)), token=token),
        )
        for one in files
    ]


def renewal_words(sow: Sow, today: date) -> str:
    """What to know about the renewal now; "" while there is time."""
    state = renewal_state(sow.renewal, sow.renews_on, sow.notice_days, today)
    if not state or sow.renews_on is None:
        return ""
    day, last = words.day(sow.renews_on), words.day(notice_on(sow.renews_on, sow.notice_days))
    if sow.renewal == "automatic":
        if state == "soon":
            return f"It renews by itself on {day}. Notice can be given until {last}."
        return f"The last day for a notice was {last}; it renews on {day}."
    if state == "soon":
        return f"It can be renewed on {day}. Tell the client by {last}."
    if state == "due":
        return f"It is to be renewed on {day}; the notice was due by {last}."
    return f"It was to be renewed on {day}."


def agreement_words(sow: Sow, agreement: Agreement | None, today: date) -> str:
    """What to know about the governing agreement: that it ends before the scope, or soon; else ""."""
    if agreement is None or agreement.ends_on is None or sow.status in ("declined", "closed"):
        return ""
    name, day = f"“{agreement.title}”", words.day(agreement.ends_on)
    ends = "ended" if agreement.ends_on < today else "ends"
    if outlives(sow.ends_on, agreement.ends_on):
        until = f"goes on until {words.day(sow.ends_on)}" if sow.ends_on else "has no end"
        return f"{name} {ends} on {day}, but this scope {until}. Agree on a longer one in time."
    state = agreement_state(agreement.ends_on, agreement.notice_days, today)
    if state == "over" or not state:
        return ""
    last = words.day(notice_on(agreement.ends_on, agreement.notice_days))
    notice = f" Notice can be given until {last}." if agreement.notice_days and state == "soon" else ""
    return f"{name} ends on {day}.{notice}"


def deposit_facts(scope: Scope) -> list[Fact]:
    """The deposit that was agreed and what became of it, advances, and when work is billed early."""
    sow, asked = scope.sow, scope.deposit
    own = asked.invoice_id if asked else 0
    rows = [] if own in {one.invoice_id for one in scope.deposits} else _agreed(sow, asked)
    for one in scope.deposits:
        kind = "Deposit" if one.invoice_id == own else "Advance"
        of = words.money(one.asked, one.currency)
        state = f"{words.money(one.open, one.currency)} open of {of}" if one.paid else f"{of}, not paid yet"
        rows.append(Fact(f"{kind} {one.number}", state, routes.invoice(one.number)))
    early = [words.hours(sow.bill_at_minutes) + " h"] if sow.bill_at_minutes else []
    early += [words.money(sow.bill_at_minor, sow.currency)] if sow.bill_at_minor else []
    return [*rows, *([Fact("Billed early at", " or ".join(early))] if early else [])]


def _agreed(sow: Sow, asked: AskedDeposit | None) -> list[Fact]:
    """What the scope agreed, while no issued invoice asks for it."""
    if not sow.deposit_minor:
        return []
    amount = words.money(sow.deposit_minor, sow.currency)
    if asked is None:
        return [Fact("Deposit", f"{amount}, not asked yet" if sow.signed_at else amount)]
    return [Fact("Deposit", f"{amount}, on a draft", routes.invoice(asked.invoice_id))]
