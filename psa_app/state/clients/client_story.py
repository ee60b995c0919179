"""A client's story in words: one line for each event of `queries/clients/timeline.py`."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.story import StoryLine, TodoLine
from psa_app.formats import words
from psa_app.models import Activity, Mail
from psa_app.queries.clients.activities import Todo
from psa_app.queries.clients.timeline import Event, Timeline
from psa_app.queries.home.facts import FirmFacts
from psa_app.rules.activities import KINDS
from psa_app.rules.hours import h_mm_seconds

ICONS = {
    "account": "clients",
    "address": "home",
    "approval": "approvals",
    "change_order": "edit",
    "contact": "user",
    "invoice": "invoices",
    "milestone": "check",
    "opportunity": "sales",
    "payment": "bank",
    "project": "projects",
    "quote": "file",
    "sow": "file",
    "time_request": "clock",
    "call": "phone",
    "mail": "mail",
    "meeting": "people",
    "note": "note",
    "todo": "circle",
}
THINGS = {
    "account": "Client",
    "address": "Address",
    "change_order": "Change order",
    "contact": "Contact",
    "invoice": "Invoice",
    "milestone": "Milestone",
    "opportunity": "Opportunity",
    "payment": "Payment",
    "project": "Project",
    "quote": "Quote",
    "sow": "Scope",
}
SAID = {  # where thing and verb alone do not tell it
    ("account", "created"): "Client added",
    ("account", "merged away"): "Became part of this client",
    ("address", "created"): "Address added",
    ("contact", "created"): "Contact added",
    ("contact", "merged away"): "Became one with another contact",
    ("change_order", "answered"): "Question answered",
    ("change_order", "asked"): "Question about a change order",
    ("change_order", "created"): "Change order drafted",
    ("invoice", "seen"): "Invoice opened by the client",
    ("opportunity", "created"): "Opportunity",
    ("payment", "recorded"): "Payment received",
    ("payment", "succeeded"): "Payment received",
    ("project", "active"): "Project opened again",
    ("project", "created"): "Project begun",
    ("quote", "answered"): "Question answered",
    ("quote", "asked"): "Question about a quote",
    ("quote", "created"): "Quote drafted",
    ("quote", "made a scope"): "Scope drafted from the quote",
    ("quote", "no scope drafted"): "No scope could be drafted from the quote",
    ("sow", "created"): "Scope drafted",
}
# Steps between the events that matter; the page of the record itself tells of each.
QUIET = frozenset(
    {
        ("account", "changed"),
        ("account", "merged away"),
        ("account", "kept apart"),
        ("account", "no longer kept apart"),
        ("address", "changed"),
        ("change_order", "changed"),
        ("contact", "changed"),
        ("contact", "merged away"),
        ("invoice", "changed"),
        ("invoice", "drafted"),
        ("invoice", "paid"),
        ("invoice", "paper kept"),
        ("opportunity", "amounts changed"),
        ("opportunity", "assigned"),
        ("opportunity", "changed"),
        ("opportunity", "roles changed"),
        ("payment", "started"),
        ("project", "changed"),
        ("project", "member added"),
        ("project", "member removed"),
        ("project", "role changed"),
        ("quote", "changed"),
        ("quote", "superseded"),
        ("sow", "changed"),
        ("sow", "file added"),
        ("sow", "file removed"),
    }
)
_TONES = {
    "accepted": "ok",
    "signed": "ok",
    "recorded": "ok",
    "succeeded": "ok",
    "declined": "bad",
    "failed": "bad",
    "voided": "bad",
    "reversed": "bad",
    "expired": "bad",
    "needs review": "warn",
    "approved by the client": "ok",
    "approved by silence": "ok",
    "refused by the client": "bad",
}


def story_lines(found: Timeline, group: str, facts: FirmFacts, who: Actor, now: datetime) -> list[StoryLine]:
    """The lines of a page, each month under its heading; quiet steps stand among the changes only."""
    zone, month, lines = ZoneInfo(facts.zone), "", []
    for event in found.events:
        if group != "changes" and (event.kind, event.verb) in QUIET:
            continue
        here = words.month(event.at.astimezone(zone).date(), facts.locale, year=True)
        heading, month = (here if here != month else ""), here
        if event.activity is not None:
            lines.append(_logged(event, event.activity, found.names, facts, who, now, heading))
        elif event.mail is not None:
            lines.append(_mailed(event, event.mail, found, facts, heading))
        else:
            lines.append(_told(event, found, facts, heading))
    return lines


def _logged(
    event: Event,
    one: Activity,
    names: Mapping[tuple[str, int], str],
    facts: FirmFacts,
    who: Actor,
    now: datetime,
    heading: str,
) -> StoryLine:
    contact = names.get(("contact", one.contact_id or 0), "")
    chance = names.get(("opportunity", one.opportunity_id or 0), "")
    about = [dict(KINDS)[one.kind], event.who, f"with {contact}" if contact else "", chance]
    todo = "" if one.kind != "todo" else "done" if one.done_at is not None else "open"
    badge, tone = _todo_badge(one, facts) if todo else ("", "")
    is_own = one.made_by is not None and one.made_by == who.user_id
    return StoryLine(
        id=f"activity-{one.id}",
        icon="check" if todo == "done" else ICONS.get(one.kind, "note"),
        title=one.subject,
        text=one.body,
        sub=" · ".join(part for part in about if part),
        when=_when(event.at, facts),
        heading=heading,
        badge=badge,
        tone=tone,
        activity=int(one.id or 0),
        todo=todo,
        may_delete=is_own and now - one.created_at <= timedelta(days=1),
    )


def _mailed(event: Event, mail: Mail, found: Timeline, facts: FirmFacts, heading: str) -> StoryLine:
    """A mail that the app wrote: who sent it to whom, about what, and what became of it."""
    sent, failed = mail.done_at is not None, bool(mail.error)
    state = ("Not delivered", "bad") if sent and failed else ("Sent", "ok") if sent else ("Waits", "wait")
    trouble = mail.error if sent or not failed else f"{mail.error} It is tried again."
    about = (f"{mail.sent_by} to {mail.sent_to}", trouble)
    return StoryLine(
        id=f"mail-{mail.id}",
        icon=ICONS["mail"],
        title=mail.subject,
        what="" if event.kind == "contact" else THINGS.get(event.kind, ""),
        href=_href(event, found.homes),
        sub=" · ".join(part for part in about if part),
        when=_when(event.at, facts),
        heading=heading,
        badge=state[0],
        tone="warn" if failed and not sent else state[1],
        letter=mail.text,
    )


def _when(at: datetime, facts: FirmFacts) -> str:
    """Day and time; of another year than this one the day with its year."""
    zone = ZoneInfo(facts.zone)
    day = at.astimezone(zone).date()
    if day.year == facts.today.year:
        return words.moment(at, zone, facts.locale)
    return words.day(day, facts.locale)


def _todo_badge(one: Activity, facts: FirmFacts) -> tuple[str, str]:
    if one.done_at is not None:
        return "Done", "ok"
    late = one.due_on is not None and one.due_on < facts.today
    return due_words(one.due_on, facts) or "To do", "bad" if late else "wait"


def _told(event: Event, found: Timeline, facts: FirmFacts, heading: str) -> StoryLine:
    return StoryLine(
        id=f"{event.kind}-{event.record_id}-{event.verb}-{event.at.timestamp()}",
        icon=ICONS.get(event.kind, "file"),
        title=_title(event),
        what=_what(event, found),
        href=_href(event, found.homes),
        text=str(event.after.get("question") or event.after.get("answer") or ""),
        sub=" · ".join(part for part in (event.who, event.reason) if part),
        when=_when(event.at, facts),
        heading=heading,
        badge=_amount(event, facts),
        tone=_TONES.get(event.verb, "wait"),
    )


def _title(event: Event) -> str:
    if event.kind == "approval":
        return f"{h_mm_seconds(event.seconds)} h approved"
    if event.kind == "time_request":
        done = "put to the client to approve" if event.verb == "asked" else event.verb
        return f"{h_mm_seconds(int(event.after.get('seconds', 0)))} h {done}"
    if (event.kind, event.verb) == ("opportunity", "moved"):
        return f"Opportunity moved to {event.after.get('stage', 'another stage')}"
    if (event.kind, event.verb) == ("account", "merged"):
        return f"Merged with {event.after.get('merged', 'another client')}"
    if "kept apart" in event.verb:
        return f"{event.verb.capitalize()} from {event.after.get('other', 'another client')}"
    said = SAID.get((event.kind, event.verb))
    return said or f"{THINGS.get(event.kind, event.kind)} {event.verb.replace('_', ' ')}"


def _what(event: Event, found: Timeline) -> str:
    """What the record is called today; one that is gone, as it was called."""
    kind = "project" if event.kind == "approval" else event.kind
    if kind == "account" and event.verb != "created":
        return ""
    past: Mapping[str, Any] = event.after or event.before
    was = str(past.get("number") or past.get("title") or past.get("name") or past.get("label") or "")
    return found.names.get((kind, event.record_id), "") or was


def _href(event: Event, homes: Mapping[tuple[str, int], int]) -> str:
    home = homes.get((event.kind, event.record_id), 0)
    match event.kind:
        case "sow":
            return routes.sow(event.record_id)
        case "change_order" | "milestone":
            return routes.sow(home) if home else ""
        case "quote":
            return routes.quote(event.record_id)
        case "opportunity":
            return routes.opportunity(event.record_id)
        case "project":
            return routes.project(event.record_id)
        case "approval":
            return routes.with_query(routes.project(event.record_id), tab="time")
        case "time_request":
            return routes.record("time_requests", event.record_id)
        case "invoice":
            return routes.invoice(event.record_id)
        case "payment":
            return routes.invoice(home) if home else routes.PAYMENTS
    return ""


def _amount(event: Event, facts: FirmFacts) -> str:
    """Of what is billed and paid; who may not see money has no such event."""
    amount = event.after.get("amount_minor", event.after.get("total_minor"))
    currency = event.after.get("currency")
    if event.kind not in ("invoice", "payment") or not isinstance(amount, int) or not currency:
        return ""
    return words.money(amount, str(currency), facts.locale)


def todo_lines(found: list[Todo], facts: FirmFacts, *, of_client: bool) -> list[TodoLine]:
    """Open to-dos; on a client's own page whose they are stands below, elsewhere the client does."""
    return [
        TodoLine(
            one.id,
            one.subject,
            one.owner if of_client else one.account,
            "" if of_client else routes.with_query(routes.client(one.account_id), tab="timeline"),
            due_words(one.due_on, facts),
            one.due_on is not None and one.due_on < facts.today,
        )
        for one in found
    ]


def due_words(day: date | None, facts: FirmFacts) -> str:
    """When it is due as one says it: today, tomorrow, 3 days ago, else the day; "" without a day."""
    if day is None:
        return ""
    days = (day - facts.today).days
    if days < -1:
        return f"due {-days} days ago"
    near = {-1: "due yesterday", 0: "due today", 1: "due tomorrow"}
    return near.get(days) or f"due {words.day(day, facts.locale, year=day.year != facts.today.year)}"
