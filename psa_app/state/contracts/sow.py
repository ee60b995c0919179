"""One scope: the sheet, who it went to, the evidence, its milestones and what happened."""

from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact, Happening
from psa_app.display.frame import Tab
from psa_app.display.scope import FileRow, Part, Sheet
from psa_app.display.states import badge
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.models import Agreement, Firm
from psa_app.queries.contracts.one import Scope, one_scope
from psa_app.queries.contracts.paper import signed_at, sow_paper
from psa_app.queries.history import Past, happened
from psa_app.rules.scopes import RETAINER, SUBSCRIPTION, TIME, notice_on
from psa_app.state.base import actor, allow, read
from psa_app.state.contracts.scope_sheets import parts_of, sheet_of
from psa_app.state.contracts.scope_words import (
    agreement_words,
    deposit_facts,
    file_rows,
    renewal_words,
)
from psa_app.state.contracts.sow_edit import SowEdit

VERBS = {
    "created": "Written",
    "changed": "Changed",
    "sent": "Sent",
    "taken back": "Taken back",
    "signed": "Signed",
    "declined": "Declined",
    "ready": "Said to be ready",
    "accepted": "Accepted",
    "file added": "File added",
    "file removed": "File taken away",
    "renewed": "Renewed",
}


class SowState(rx.State):
    """What the page shows of the scope that the address names."""

    number: str = ""
    scope_title: str = ""
    status: str = ""
    word: str = ""
    tone: str = ""
    account: str = ""
    account_href: str = ""
    is_draft: bool = False
    is_signed: bool = False
    may_write: bool = False
    may_take_back: bool = False
    may_delete: bool = False
    may_make: bool = False
    may_ready: bool = False
    may_accept: bool = False
    may_template: bool = False
    sow_id: int = 0
    may_renew: bool = False
    may_attach: bool = False
    declined: str = ""
    renewal: str = ""
    agreement: str = ""  # a warning about the governing agreement
    files: list[FileRow] = []
    tab: str = ""
    tabs: list[Tab] = []
    sheet: Sheet = Sheet()
    facts: list[Fact] = []
    evidence: list[Fact] = []
    pack: str = ""
    parts: list[Part] = []
    happened: list[Happening] = []
    pdf: str = ""
    account_id: int = 0
    may_bill: bool = False
    asks_deposit: bool = False
    is_ready: bool = False
    is_missing: bool = False
    _sow: int = 0

    @rx.event
    @allow("accounts.read")
    async def load(self) -> None:
        """Loads the scope that the address names; `?tab=paper` shows a draft as the client will read it."""
        wanted = str(self.router.url.query_parameters.get("tab", ""))
        try:
            self._sow = id_in(str(self.router.url.path))
            await self._load("paper" if wanted == "paper" else "write")
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.scope_title = True, "Scope of work"

    async def _load(self, tab: str) -> None:
        who = actor()
        found = await read(lambda session, actor: _read(session, actor, self._sow))
        scope, zone = found.scope, found.zone
        self._name(scope)
        self._rights(scope, who)
        self._renewal(scope, zone)
        self.tab = tab if self.is_draft and self.may_write else "paper"
        here = routes.sow(self._sow)
        self.tabs = [Tab("write", "Write", here), Tab("paper", "As the client reads it", f"{here}?tab=paper")]
        self.sheet = found.sheet
        self.facts = _facts(scope, zone)
        self.files = file_rows(scope.files)
        self.evidence = _evidence(scope, zone)
        account_id = int(scope.account.id or 0)
        self.pack = routes.evidence(account_id) if may(who, "evidence.read") else ""
        self.parts = _parts(scope, zone, self.may_ready)
        self.happened = [_happening(one, scope, zone) for one in found.past]
        self.is_ready, self.is_missing = True, False
        if self.is_draft and self.may_write:
            edit = await self.get_state(SowEdit)
            await edit._show(scope)

    def _name(self, scope: Scope) -> None:
        sow = scope.sow
        word = badge(sow.status)
        self.number, self.scope_title, self.status = sow.number, sow.title, sow.status
        self.word, self.tone = word.text, word.tone
        self.account, self.account_href = scope.account.name, routes.client(int(scope.account.id or 0))
        self.is_draft, self.is_signed = sow.status == "draft", sow.status == "signed"
        self.declined = sow.decline_reason
        self.pdf = routes.sow_pdf(int(sow.id or 0))

    def _rights(self, scope: Scope, who: Actor) -> None:
        sow = scope.sow
        self.may_write = may(who, "sows.change")
        self.may_take_back = may(who, "sows.send") and sow.status in ("sent", "declined")
        self.may_delete = self.may_write and self.is_draft and sow.sent_at is None
        self.may_make = self.is_signed and scope.project_id is None and may(who, "projects.change")
        leads = who.role != "lead" or scope.leads
        self.may_ready = self.is_signed and may(who, "milestones.ready") and leads
        self.may_template = sow.status in ("signed", "closed") and may(who, "templates.change")
        self.sow_id, self.account_id = int(sow.id or 0), sow.account_id
        self.may_bill = sow.status == "signed" and may(who, "invoices.draft")
        self.asks_deposit = self.may_bill and scope.deposit is None and sow.deposit_minor > 0
        self.may_accept = self.is_signed and may(who, "milestones.accept_for_client")
        self.may_attach = self.is_draft and self.may_write

    def _renewal(self, scope: Scope, zone: ZoneInfo) -> None:
        """Whether it is time to think of the renewal, while nothing follows the scope yet."""
        sow, today = scope.sow, clock.now().astimezone(zone).date()
        waits = sow.status == "signed" and scope.renewed_by is None
        self.renewal = renewal_words(sow, today) if waits else ""
        self.agreement = agreement_words(sow, _agreement(scope), today)
        self.may_renew = waits and self.may_write and bool(sow.renews_on or sow.ends_on)


class _Found:
    """What one reading transaction gives the page."""

    def __init__(self, scope: Scope, sheet: Sheet, past: list[Past], zone: ZoneInfo) -> None:
        self.scope, self.sheet, self.past, self.zone = scope, sheet, past, zone


def _read(session: Session, who: Actor, sow_id: int) -> _Found:
    scope = one_scope(session, who, sow_id)
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    parts = [part.id for line in scope.lines for part in line.milestones]
    past = happened(session, who, {"sow": [sow_id], "milestone": parts})
    return _Found(scope, sheet_of(sow_paper(session, scope.sow)), past, zone)


def id_in(path: str) -> int:
    """The id at the end of an address. Raises `NotFound` for what is none."""
    text = path.rstrip("/").rsplit("/", 1)[-1]
    if not text.isdecimal() or len(text) > 15:
        raise NotFound()
    return int(text)


def _facts(scope: Scope, zone: ZoneInfo) -> list[Fact]:
    sow, today = scope.sow, clock.now().astimezone(zone).date()
    rows = [Fact("Client", scope.account.name, routes.client(int(scope.account.id or 0)))]
    if sow.sent_at:
        rows.append(Fact("Sent", words.moment(sow.sent_at, zone)))
    if sow.status == "sent" and sow.valid_until:
        over = sow.valid_until < today
        rows.append(Fact("Open until", words.day(sow.valid_until), tone="bad" if over else ""))
    if sow.signed_at:
        rows.append(Fact("Signed", words.moment(sow.signed_at, zone)))
    if scope.project_id is not None:
        rows.append(Fact("Project", scope.project, routes.project(scope.project_id)))
    return rows + _term(scope) + deposit_facts(scope) + _retainers(scope) + _billed(scope)


def _retainers(scope: Scope) -> list[Fact]:
    """The pages of its retainers and subscriptions, once it is signed."""
    if scope.sow.status not in ("signed", "closed"):
        return []
    shown = {RETAINER: ("Statement", routes.retainer), SUBSCRIPTION: ("Subscription", routes.subscription)}
    lines = [line for line in scope.lines if line.model in shown]
    return [
        Fact(line.title, shown[line.model][0], shown[line.model][1](int(line.row.id or 0))) for line in lines
    ]


def _term(scope: Scope) -> list[Fact]:
    """Agreement, notice and renewal, and the scopes before and after."""
    sow, rows = scope.sow, []
    agreement = _agreement(scope)
    if agreement is not None:
        at = routes.record("agreements", int(agreement.id or 0))
        rows.append(Fact("Agreement", agreement.title, at))
    if sow.renews_on:
        rows.append(Fact("Notice until", words.day(notice_on(sow.renews_on, sow.notice_days))))
        rows.append(Fact("Renews", words.day(sow.renews_on)))
    for label, other in (("Renews", scope.renewed_from), ("Followed by", scope.renewed_by)):
        if other is not None:
            rows.append(Fact(label, other.number, routes.sow(int(other.id or 0))))
    return rows


def _agreement(scope: Scope) -> Agreement | None:
    return next((one for one in scope.agreements if one.id == scope.sow.agreement_id), None)


def _billed(scope: Scope) -> list[Fact]:
    """How much of each line is billed, for who may see invoices, once the scope is signed."""
    if scope.sow.status not in ("signed", "closed"):
        return []
    rows = []
    for line in scope.lines:
        if line.billed is None or line.model != TIME:
            continue
        billed = words.money(line.billed, scope.sow.currency)
        if not line.cap:
            rows.append(Fact(line.title, f"{billed} billed"))
            continue
        share = 100 * line.billed // line.cap
        rows.append(
            Fact(line.title, f"{billed} billed, {share}{words.NARROW_SPACE}% of the cap", tone=_tone(share))
        )
    return rows


def _tone(share: int) -> str:
    return "bad" if share >= 100 else "warn" if share >= 80 else ""


def _evidence(scope: Scope, zone: ZoneInfo) -> list[Fact]:
    rows: list[Fact] = []
    for one in scope.signatures:
        side = scope.account.name if one.side == "client" else "For us"
        name = f"{one.name}, {one.title}" if one.title else one.name
        rows += [Fact(side, name, tone="strong"), Fact("When", signed_at(one.at, zone))]
        if one.address:
            rows.append(Fact("From the address", one.address))
        if one.email:
            rows.append(Fact("Mail address", one.email))
    return [*rows, Fact("SHA-256 of the text", scope.sow.text_hash)] if rows else []


def _parts(scope: Scope, zone: ZoneInfo, may_ready: bool) -> list[Part]:
    if scope.sow.status not in ("signed", "closed"):
        return []
    rows = [part for line in scope.lines for part in line.milestones]
    acts = {"planned": "Ready"} if may_ready else {}
    return parts_of(rows, scope.sow.currency, "en", zone, acts)


def _happening(one: Past, scope: Scope, zone: ZoneInfo) -> Happening:
    titles = {part.id: part.title for line in scope.lines for part in line.milestones}
    what = f"“{titles[one.record_id]}” " if one.kind == "milestone" and one.record_id in titles else ""
    verb = VERBS.get(one.verb, one.verb.capitalize())
    words_of = f"{what}{verb.lower() if what else verb} by {one.actor}"
    to = one.after.get("to") if one.verb == "sent" else None
    sub = f"To {', '.join(to)}" if isinstance(to, list) else one.reason
    return Happening(words.moment(one.at, zone), words_of, sub)
