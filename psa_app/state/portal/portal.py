"""The client's first page: what waits for them, their projects, their documents."""

from zoneinfo import ZoneInfo

import reflex as rx

from psa_app import routes
from psa_app.display.figures import Waiting
from psa_app.display.portal import Document, ProjectCard
from psa_app.display.states import badge
from psa_app.formats import words
from psa_app.queries.portal import overview as query
from psa_app.queries.portal.time import RequestRow, open_requests
from psa_app.rules.hours import h_mm_seconds
from psa_app.state.base import allow, read

STEPS = {"accepted": 100, "ready": 50, "planned": 0}


class PortalState(rx.State):
    """What the page shows."""

    account: str = ""
    subtitle: str = ""
    waiting: list[Waiting] = []
    projects: list[ProjectCard] = []
    documents: list[Document] = []
    is_ready: bool = False

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads everything."""
        page = await read(query.overview)
        self.account = page.account
        times = await read(lambda session, who: open_requests(session, who, page.time_zone))
        self.waiting = [*(_time(one, page) for one in times), *_waiting(page)]
        self.subtitle = _how_many(len(self.waiting))
        self.projects = [_project(one, page.locale) for one in page.projects]
        self.documents = [_document(one, page) for one in page.documents]
        self.is_ready = True


def _how_many(number: int) -> str:
    names = ("Nothing waits for you", "One thing waits for you", "Two things wait for you")
    return names[number] if number < len(names) else f"{number} things wait for you"


def _waiting(page: query.Overview) -> list[Waiting]:
    return [
        *(_quote(one, page) for one in page.quotes),
        *(_scope(one, page, "s", routes.portal_sow(one.id)) for one in page.scopes),
        *(_scope(one, page, "c", routes.portal_change(one.id)) for one in page.orders),
        *(_milestone(one, page) for one in page.milestones),
        *(_invoice(one, page) for one in page.invoices),
    ]


def _time(one: RequestRow, page: query.Overview) -> Waiting:
    time = f"{h_mm_seconds(one.seconds)} h"
    days = words.day_range(one.first_day, one.last_day, page.locale)
    until = f"answer by {words.day(one.until, page.locale)}" if one.until else ""
    title = f"Approve {time} of work" if page.may_sign else f"{time} of work wait for approval"
    sub = " · ".join(part for part in (one.scope, days, until) if part)
    act = "Review" if page.may_sign else "Look"
    return Waiting(f"t{one.id}", title, sub, routes.portal_time(one.id), act, page.may_sign)


def _quote(one: query.OpenQuote, page: query.Overview) -> Waiting:
    until = words.day(one.valid_until, page.locale) if one.valid_until else "you answer"
    when = f"was open until {until}" if one.is_over else f"open until {until}"
    answers = page.may_sign and not one.is_over
    title = f"Answer the quote: {one.title}" if answers else f"Quote: {one.title}"
    sub = f"{one.number} · {words.money(one.net, one.currency, page.locale)} before tax · {when}"
    act = "Review" if answers else "Read"
    return Waiting(f"q{one.id}", title, sub, routes.portal_quote(one.id), act, answers)


def _scope(one: query.OpenScope, page: query.Overview, kind: str, href: str) -> Waiting:
    sub = "waits for someone at your company who may sign"
    if one.is_over:
        sub = "was open until " + (words.day(one.valid_until, page.locale) if one.valid_until else "")
    elif page.may_sign:
        sub = "open until " + (words.day(one.valid_until, page.locale) if one.valid_until else "you answer")
    answers = page.may_sign and not one.is_over
    title = f"Read and accept: {one.title}" if answers else one.title
    act = "Review" if answers else "Read"
    return Waiting(f"{kind}{one.id}", title, f"{one.number} · {sub}", href, act, answers)


def _milestone(one: query.ReadyMilestone, page: query.Overview) -> Waiting:
    value = words.money(one.value, one.currency, page.locale)
    href = routes.portal_project(one.project_id) if one.project_id else routes.portal_sow(one.sow_id)
    title = f"Accept the milestone: {one.title}" if page.may_sign else f"Milestone ready: {one.title}"
    act = "Review" if page.may_sign else "Look"
    return Waiting(f"m{one.id}", title, f"{one.scope} · {value}", href, act, page.may_sign)


def _invoice(one: query.OpenInvoice, page: query.Overview) -> Waiting:
    amount = words.money(one.open, one.currency, page.locale)
    due = words.day(one.due_on, page.locale) if one.due_on else ""
    when = f"was due {due}" if one.is_overdue else f"due {due}"
    return Waiting(
        f"i{one.id}", f"Invoice {one.number}", f"{amount} · {when}", routes.portal_invoice(one.id), "Pay"
    )


def _project(one: query.ProjectCard, locale: str) -> ProjectCard:
    following = next((n for n, part in enumerate(one.parts) if part.status != "accepted"), None)
    line, due = "", ""
    if one.parts and following is None:
        line = (
            f"All {len(one.parts)} milestones are accepted"
            if len(one.parts) > 1
            else "Its milestone is accepted"
        )
    elif following is not None:
        part = one.parts[following]
        line = f"Milestone {following + 1} of {len(one.parts)} · {part.title}"
        due = words.day(part.due_on, locale) if part.due_on else ""
    word = badge(one.status)
    runs = words.day_range(one.starts_on, one.ends_on, locale) if one.starts_on and one.ends_on else ""
    lead = f"Led by {one.lead}" if one.lead else ""
    return ProjectCard(
        str(one.id),
        one.name,
        routes.portal_project(one.id),
        word.text,
        word.tone,
        line or runs,
        due,
        [STEPS.get(part.status, 0) for part in one.parts],
        " · ".join(part for part in (runs if line else "", lead) if part),
    )


def _document(one: query.Document, page: query.Overview) -> Document:
    word = badge(one.status)
    zone = ZoneInfo(page.time_zone)
    when = f"signed {words.day(one.signed_at.astimezone(zone).date(), page.locale)}" if one.signed_at else ""
    sub = " · ".join(part for part in (one.number, when) if part)
    is_order = one.kind == "change_order"
    href = routes.portal_change(one.id) if is_order else routes.portal_sow(one.id)
    return Document(str(one.id), one.title, sub, href, word.text, word.tone)
