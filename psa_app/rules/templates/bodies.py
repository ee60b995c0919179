"""What each kind of template holds, checked as a whole; a body says by its version how it is to be read."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from psa_app.errors import Invalid, Problems
from psa_app.rules import money
from psa_app.rules.hours import INCREMENTS
from psa_app.rules.templates.dates import Days
from psa_app.rules.templates.shape import Body, Field, Shape, checked, laid_out, made, with_texts

VERSION = 1
KINDS = (
    ("sow", "Scope of work"),
    ("project", "Project"),
    ("billing", "Billing rules"),
    ("onboarding", "Onboarding checklist"),
)
MODELS = (
    ("time_and_materials", "Time and materials"),
    ("fixed", "Fixed price"),
    ("milestone", "Milestones"),
    ("retainer", "Retainer"),
    ("subscription", "Subscription"),
)
RHYTHMS = (
    ("monthly", "Every month"),
    ("weekly", "Every week"),
    ("quarterly", "Every quarter"),
    ("yearly", "Every year"),
    ("on_acceptance", "When a milestone is accepted"),
    ("schedule", "By a schedule"),
    ("at_end", "At the end"),
)
BILLED_IN = (("advance", "When they begin"), ("arrears", "When they are over"))
COUNTED_FROM = (("contract", "The contract’s first day"), ("calendar", "The calendar"))
HOLDS = (("hours", "Hours"), ("money", "Work by its value"))
ROLLOVERS = (
    ("none", "Expires with its period"),
    ("capped", "Goes over, up to a limit"),
    ("unlimited", "Goes over"),
)
DEFICITS = (
    ("overage", "Is billed"),
    ("carry", "Counts against the next period"),
    ("absorb", "Costs nothing more"),
)
RATE_CARDS = (
    ("line", "The line’s own rates"),
    ("client", "The client’s card"),
    ("firm", "The firm’s card"),
)
APPROVALS = (("lead", "The project’s lead"), ("client", "The lead, then the client"))
MODES = (("up", "Up"), ("nearest", "To the nearest"), ("down", "Down"))
PERS = (("entry", "Each entry"), ("day_task", "Each person’s day on a task"))
GROUPINGS = (
    ("role", "By role"),
    ("person", "By person"),
    ("task", "By task"),
    ("day", "By day"),
    ("phase", "By phase"),
    ("none", "Not at all"),
)
RENEWALS = (("none", "Ends"), ("ask", "Asks before it renews"), ("automatic", "Renews by itself"))
RAID = (("risk", "Risk"), ("assumption", "Assumption"), ("issue", "Issue"), ("decision", "Decision"))
LEVELS = (("", "Not said"), ("low", "Low"), ("medium", "Medium"), ("high", "High"))
EVERY = (
    ("none", "No reports"),
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month"),
)


def _rounding(*, or_none: bool = False) -> tuple[Field, ...]:
    step, mode, per = (None, None, None) if or_none else (1, "up", "entry")
    return (
        Field(
            "round_increment",
            "Rounded to minutes",
            "whole",
            most=60,
            least=1,
            default=step,
            help=f"One of {', '.join(map(str, INCREMENTS))}.",
            or_none=or_none,
        ),
        Field("round_mode", "Rounded", "choice", choices=MODES, default=mode, or_none=or_none),
        Field("round_minimum", "At least", "minutes", most=1440, or_none=or_none),
        Field("round_per", "Rounded for", "choice", choices=PERS, default=per, or_none=or_none),
    )


_APPROVING = (
    Field("rhythm", "Invoiced", "choice", choices=RHYTHMS, default="monthly"),
    Field("approval", "Time is approved by", "choice", choices=APPROVALS, default="lead"),
    Field("silence_days", "Silence approves after days", "whole", most=365, help="0: never."),
)
_PAYING = (
    Field("payment_days", "Days to pay", "whole", most=365, default=30),
    Field("grouping", "Time is grouped", "choice", choices=GROUPINGS, default="role"),
    Field("tax_rate_id", "Tax", "tax", or_none=True),
)
RATE = Shape(
    "Rate",
    (
        Field("role_id", "Role", "role", help="Empty: everyone on the line."),
        Field("amount_minor", "An hour", "money", required=True),
    ),
)
MILESTONE = Shape(
    "Milestone",
    (
        Field("title", "Title", required=True),
        Field("value_minor", "Value", "money"),
        Field("due_on", "Due after", "day"),
        Field("criteria", "Accepted when", "lines", most=2000),
    ),
)
FEE_PART = Shape(
    "Instalment",
    (
        Field("title", "Title"),
        Field("due_on", "Due after", "day", required=True),
        Field("value_minor", "Amount", "money", or_none=True),
        Field("share_ppm", "Share of the fee", "ppm", most=1_000_000, or_none=True),
    ),
)
MODIFIER = Shape(
    "Surcharge",
    (
        Field("name", "Name", required=True),
        Field("factor_ppm", "Factor", "ppm", most=100_000_000, default=1_000_000),
        Field("plus_minor", "Added an hour", "money"),
    ),
)
LINE = Shape(
    "Line",
    (
        Field("title", "Title", required=True),
        Field("model", "Billed", "choice", choices=MODELS, default="time_and_materials"),
        Field("value_minor", "Fee", "money", help="Of a period, for a retainer or subscription."),
        Field("cap_minor", "Not to exceed", "money", or_none=True),
        Field("estimate_minutes", "Estimate", "minutes"),
        Field("holds", "A retainer holds", "choice", choices=HOLDS, default="hours"),
        Field("period_minutes", "Hours a period", "minutes"),
        Field("period_value_minor", "Work a period, by value", "money"),
        Field("rollover", "What is not used", "choice", choices=ROLLOVERS, default="none"),
        Field("rollover_cap", "At most, in minutes or cents", "whole", most=10**12),
        Field("rollover_periods", "For so many periods", "whole", most=120, least=1, default=1),
        Field("deficit", "Work beyond", "choice", choices=DEFICITS, default="overage"),
        Field("periods", "Periods", "whole", most=1200, help="0: until it ends."),
        Field("billed_in", "Periods billed", "choice", choices=BILLED_IN, default="advance"),
        Field("counted_from", "Periods counted from", "choice", choices=COUNTED_FROM, default="contract"),
        Field("trial_days", "Trial in days", "whole", most=366),
        Field(
            "quantity",
            "Quantity",
            "whole",
            most=100_000,
            least=1,
            default=1,
            help="The fee is for all of it.",
        ),
        *_APPROVING,
        *_rounding(or_none=True),
        Field("description", "Description", "lines", most=4000),
        Field("rate_card", "Rates from", "choice", choices=RATE_CARDS, default="line"),
        Field("rates", "Rates", "list", of=RATE),
        Field("milestones", "Milestones", "list", of=MILESTONE),
        Field("fee_parts", "Fee schedule", "list", of=FEE_PART),
        Field("modifiers", "Surcharges", "list", of=MODIFIER),
    ),
)
DELIVERABLE = Shape(
    "Deliverable",
    (
        Field("title", "Title", required=True),
        Field("due_on", "Due after", "day"),
        Field("criteria", "Accepted when", "lines", most=4000),
    ),
)
SCOPE = Shape(
    "Scope",
    (
        Field("title", "Title", required=True, help="{client} stands for the client’s name."),
        Field("currency", "Currency", most=3, required=True),
        Field("ends_on", "Runs for", "term", help="Such as 6 months, or 90 days."),
        *_PAYING,
        *_rounding(),
        Field("deposit_minor", "Deposit at signature", "money"),
        Field("deposit_ppm", "Deposit, as a share of the value", "ppm", most=1_000_000),
        Field("receipt_above_minor", "Expenses need a receipt above", "money", or_none=True),
        Field("bill_at_minutes", "Billed at hours", "minutes", most=600_000, or_none=True),
        Field("bill_at_minor", "Billed at a value", "money", or_none=True),
        Field("renewal", "At the end", "choice", choices=RENEWALS, default="none"),
        Field("renews_on", "Renews after", "day"),
        Field("notice_days", "Notice in days", "whole", most=3650),
        Field("summary", "Summary", "lines", most=4000),
        Field("assumptions", "Assumptions", "lines", most=20000),
        Field("terms", "Terms", "lines", most=20000),
        Field("lines", "Lines", "list", of=LINE),
        Field("deliverables", "Deliverables", "list", of=DELIVERABLE),
    ),
)
TASK = Shape(
    "Task",
    (
        Field("name", "Name", required=True, most=120),
        Field("role_id", "Role", "role"),
        Field("budget_minutes", "Budget", "minutes", most=10**8),
        Field("is_billable", "Billable", "bool", default=True),
        Field("starts_on", "Starts after", "workday"),
        Field("due_on", "Due after", "workday"),
    ),
)
POINT = Shape(
    "Milestone",
    (
        Field("name", "Name", required=True, most=120),
        Field("due_on", "Due after", "workday"),
    ),
)
PHASE = Shape(
    "Phase",
    (
        Field("name", "Name", required=True, most=120),
        Field("starts_on", "Starts after", "workday"),
        Field("ends_on", "Ends after", "workday"),
        Field("tasks", "Tasks", "list", of=TASK),
        Field("milestones", "Milestones", "list", of=POINT),
    ),
)
RAID_ITEM = Shape(
    "Entry",
    (
        Field("kind", "Kind", "choice", choices=RAID, default="risk"),
        Field("title", "Title", required=True),
        Field("likelihood", "Likelihood", "choice", choices=LEVELS),
        Field("impact", "Impact", "choice", choices=LEVELS),
        Field("due_on", "Looked at after", "workday"),
        Field("details", "Details", "lines", most=4000),
        Field("response", "What is done", "lines", most=4000),
    ),
)
PROJECT = Shape(
    "Project",
    (
        Field("ends_on", "Ends after", "workday"),
        Field("budget_minutes", "Budget", "minutes", most=10**8),
        Field("report_every", "Status report", "choice", choices=EVERY, default="none"),
        Field("report_on", "First report after", "workday"),
        Field("phases", "Phases", "list", of=PHASE),
        Field("tasks", "Tasks outside phases", "list", of=TASK),
        Field("milestones", "Milestones outside phases", "list", of=POINT),
        Field("raid", "Risks, assumptions, issues, decisions", "list", of=RAID_ITEM),
    ),
)
BILLING = Shape("Billing rules", (*_rounding(), *_PAYING, *_APPROVING))
ITEM = Shape(
    "Item",
    (
        Field("title", "To do", required=True),
        Field("due_on", "Due after", "workday"),
        Field("owner_id", "Who", "user", help="Empty: who starts the checklist."),
    ),
)
ONBOARDING = Shape("Checklist", (Field("items", "Items", "list", of=ITEM),))
SHAPES = {"sow": SCOPE, "project": PROJECT, "billing": BILLING, "onboarding": ONBOARDING}
LEFT_OUT = "[left out]"
CLIENT = "{client}"
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\\.?"
)
_TELLING = (  # mail addresses and dates, as they stand in texts
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"\b\d{4}-\d{2}-\d{2}\b",
    r"\b\d{1,2}[./] ?\d{1,2}[./] ?\d{4}\b",
    rf"\b(?:\d{{1,2}}\.? )?{_MONTH} (?:\d{{1,2}},? )?\d{{4}}\b",
)


def shape_of(kind: str) -> Shape:
    """The form of this kind of template. Raises `Invalid` for a kind that there is not."""
    if kind not in SHAPES:
        raise Invalid("Choose what the template is for: sow, project, billing or onboarding.", "kind")
    return SHAPES[kind]


def check_body(kind: str, raw: Any) -> Body:
    """The body with all its fields in their form and its version.

    Raises `Problems` that name each field ("phases.0.tasks.2.due_on"); `Invalid` for a newer version.
    """
    shape, found = shape_of(kind), dict[str, str]()
    if isinstance(raw, Mapping) and raw.get("version", VERSION) != VERSION:
        raise Invalid("This template was made by a newer release and cannot be read here.", "body")
    body = checked(shape, raw, "", found.setdefault)
    for at, increment in _increments(body):
        if increment is not None and increment not in INCREMENTS:
            found.setdefault(at, f"Round to one of {', '.join(map(str, INCREMENTS))} minutes.")
    if kind == "project":
        _check_names(body, found)
    if kind == "sow" and "currency" not in found:
        _check_currency(body, found)
    if found:
        raise Problems("Some fields of the template are not right.", found)
    return {"version": VERSION} | body


def _increments(body: Body) -> Iterable[tuple[str, Any]]:
    if "round_increment" in body:
        yield "round_increment", body["round_increment"]
    for place, line in enumerate(body.get("lines", ())):
        yield f"lines.{place}.round_increment", line.get("round_increment")


def _check_currency(body: Body, found: dict[str, str]) -> None:
    try:
        money.exponent(body.get("currency", ""))
    except Invalid as error:
        found["currency"] = error.sentence


def _check_names(body: Body, found: dict[str, str]) -> None:
    """A project has each name of a task once, for time is logged on them."""
    seen: set[str] = set()
    parts = [(f"phases.{n}.", phase.get("tasks", [])) for n, phase in enumerate(body.get("phases", ()))]
    for at, tasks in [*parts, ("", body.get("tasks", []))]:
        for place, task in enumerate(tasks):
            name = task.get("name", "")
            if name and name in seen:
                found.setdefault(f"{at}tasks.{place}.name", f"There are two tasks “{name}”; name one anew.")
            seen.add(name)


def body_of(kind: str, found: Mapping[str, Any], start: date, days: Days) -> Body:
    """The body of a finished thing, which is given by days: checked, with its version."""
    return check_body(kind, made(shape_of(kind), found, start, days))


def lay_out(kind: str, body: Mapping[str, Any], start: date, days: Days) -> dict[str, Any]:
    """What a template becomes when it starts on a day. Raises as `check_body`."""
    return laid_out(shape_of(kind), check_body(kind, body), start, days)


def without_client(
    kind: str, body: Mapping[str, Any], names: Iterable[str], others: Iterable[str]
) -> tuple[Body, int]:
    """The body with `{client}` for the client's names, and `[left out]` for whatever else is theirs
    (people, mail addresses, numbers) and for every date; and how many of the latter there were.
    Whole words only.
    """
    count = 0

    def clean(text: str) -> str:
        nonlocal count
        for name in _longest_first(names):
            text = re.sub(_whole(name), CLIENT, text)
        for pattern in (*map(_whole, _longest_first(others)), *_TELLING):
            text, found = re.subn(pattern, LEFT_OUT, text)
            count += found
        return text

    return with_texts(shape_of(kind), body, clean), count


def for_client(kind: str, body: Mapping[str, Any], name: str) -> Body:
    """The body with a client's name where the template says `{client}`."""
    return with_texts(shape_of(kind), body, lambda text: text.replace(CLIENT, name))


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted({word.strip() for word in words if len(word.strip()) > 2}, key=len, reverse=True)


def _whole(word: str) -> str:
    return rf"(?<!\w){re.escape(word)}(?!\w)"
