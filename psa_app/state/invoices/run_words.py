"""A billing run's page in words: how far it is, what came of each client, what drafts lack."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from psa_app import routes
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.invoices.drafts import DraftRow
from psa_app.queries.invoices.missing import Missing
from psa_app.queries.invoices.runs import RunPart, RunView

PARTS = [
    Column("client", "Client", width="30%"),
    Column("state", "What", phone="side", width="130px"),
    Column("net", "Net", align="right", width="130px"),
    Column("why", "What stays away, and why"),
]
DRAFTS = [
    Column("draft", "Draft", width="100px"),
    Column("client", "Client", width="22%"),
    Column("period", "Service period", width="190px"),
    Column("total", "Total", align="right", width="130px"),
    Column("why", "What is missing"),
]
PAST = [
    Column("run", "Run", width="80px"),
    Column("when", "Began", width="170px"),
    Column("who", "By"),
    Column("what", "What"),
    Column("far", "Done", align="right", width="120px"),
    Column("state", "State", phone="side", width="130px"),
]
_STATES = {
    "waiting": ("Waits", "wait"),
    "would": ("Would be drafted", "accent"),
    "drafted": ("Drafted", "ok"),
    "issued": ("Issued", "ok"),
    "nothing": ("Nothing", "wait"),
    "refused": ("Refused", "bad"),
    "running": ("Running", "accent"),
    "stopped": ("Stopped", "warn"),
    "done": ("Done", "ok"),
    "failed": ("Could not go on", "bad"),
}


def title_of(run: RunView) -> str:
    """What the run does, as a heading."""
    day = words.day(run.until)
    if run.kind == "issue":
        return f"Issue of {counted(run.total, 'draft')}, dated {day}"
    return f"What would be drafted up to {day}" if run.is_dry else f"Drafts up to {day}"


def progress(run: RunView) -> str:
    """How far it is, in words."""
    what = "drafts" if run.kind == "issue" else "clients"
    return f"{run.done:,} of {run.total:,} {what}"


def percent(run: RunView) -> int:
    """How far it is."""
    return run.done * 100 // run.total if run.total else 0


def outcome(run: RunView) -> str:
    """What came of a run, in a line."""
    made = ("would",) if run.is_dry else ("drafted", "issued")
    what = "invoice" if run.kind == "issue" else "draft"
    many = run.count(*made)
    parts = [f"{counted(many, what)}, {sums(run.sums(*made))} net" if many else f"No {what}s"]
    nothing, refused = run.count("nothing"), run.count("refused")
    parts += [f"{counted(nothing, 'client')} with nothing to bill now"] if nothing else []
    parts += [f"{refused:,} refused"] if refused else []
    return " · ".join(parts)


def counted(count: int, word: str) -> str:
    """ "1 draft", "2 drafts"."""
    return f"1 {word}" if count == 1 else f"{count:,} {word}s"


def sums(by_currency: dict[str, int]) -> str:
    """Amounts in several currencies."""
    return " + ".join(words.money(amount, code) for code, amount in by_currency.items())


def part_rows(parts: Sequence[RunPart]) -> list[Row]:
    """The parts; those that were refused first, then those that came to something."""
    order = {"refused": 0, "would": 1, "drafted": 1, "issued": 1, "nothing": 2, "waiting": 3}
    return [_part(part) for part in sorted(parts, key=lambda one: (order[one.state], one.client))]


def _part(part: RunPart) -> Row:
    word, tone = _STATES[part.state]
    href = routes.invoice(part.invoice_id) if part.invoice_id else routes.client(part.account_id)
    named = part.number or (f"Draft {part.invoice_id}" if part.invoice_id else "")
    shows = part.net and part.state != "refused"
    amount = words.money(part.net, part.currency) if shows else "–"
    cells = [
        Cell(part.client, sub=named, kind="strong"),
        Cell(word, kind="badge", tone=tone),
        Cell(amount, align="right", kind="text" if shows else "muted"),
        _why(part.reasons),
    ]
    return Row(
        str(part.id), cells, href=href, name=part.client, tone="bad" if part.state == "refused" else ""
    )


def _why(reasons: Sequence[Missing]) -> Cell:
    """The first reason leads to its rows, the others stand behind."""
    if not reasons:
        return Cell("–", kind="muted")
    return Cell(reasons[0].sentence, href=reasons[0].href, sub=" ".join(one.sentence for one in reasons[1:]))


def draft_rows(drafts: Sequence[DraftRow]) -> list[Row]:
    """The drafts; those that lack something cannot be chosen."""
    return [_draft(one) for one in drafts]


def _draft(one: DraftRow) -> Row:
    period = words.day_range(one.service_from, one.service_to) if one.service_from and one.service_to else "–"
    stops = [lack.sentence for lack in one.lacks if not lack.is_warning]
    warns = [lack.sentence for lack in one.lacks if lack.is_warning]
    why = Cell(stops[0], sub=" ".join([*stops[1:], *warns]), kind="bad") if stops else Cell("–", kind="muted")
    if warns and not stops:
        why = Cell(" ".join(warns), kind="warn")
    cells = [
        Cell(f"Draft {one.id}", kind="strong"),
        Cell(one.client),
        Cell(period),
        Cell(words.money(one.total, one.currency), align="right"),
        why,
    ]
    name = f"draft {one.id} of {one.client}"
    return Row(str(one.id), cells, href=routes.invoice(one.id), name=name, locked=bool(stops))


def past_rows(runs: Sequence[RunView], zone: ZoneInfo) -> list[Row]:
    """Runs of the past."""
    return [_past(run, zone) for run in runs]


def _past(run: RunView, zone: ZoneInfo) -> Row:
    word, tone = _STATES[run.state]
    cells = [
        Cell(str(run.id), kind="strong"),
        Cell(words.moment(run.began_at, zone)),
        Cell(run.by_name),
        Cell(title_of(run)),
        Cell(f"{run.done:,} of {run.total:,}", align="right"),
        Cell(word, kind="badge", tone=tone),
    ]
    href = routes.with_query(routes.BILLING_RUN, run=run.id)
    return Row(str(run.id), cells, href=href, name=f"run {run.id}")
