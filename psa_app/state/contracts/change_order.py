"""One change order of the firm: the sheet, its effect, who it went to, and what happened."""

from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import routes
from psa_app.access import Actor, may, system
from psa_app.display.change import EffectRow
from psa_app.display.figures import Fact, Happening
from psa_app.display.quote import Question
from psa_app.display.scope import Sheet
from psa_app.display.states import badge
from psa_app.errors import Invalid, NotFound
from psa_app.formats import words
from psa_app.models import ChangeQuestion, Firm
from psa_app.queries.contracts.order_paper import order_paper
from psa_app.queries.contracts.orders import OneOrder, one_order
from psa_app.queries.contracts.paper import signed_at
from psa_app.queries.history import Past, happened
from psa_app.state.base import actor, allow, read
from psa_app.state.contracts.change_order_edit import ChangeEdit
from psa_app.state.contracts.change_order_words import DRAFTED, about_margin, about_plan, effect_rows
from psa_app.state.contracts.scope_sheets import sheet_of
from psa_app.state.contracts.sow import id_in

VERBS = {
    "created": "Drafted",
    "changed": "Changed",
    "brought up to date": "Hours brought up to date",
    "sent": "Sent",
    "taken back": "Taken back",
    "withdrawn": "Withdrawn",
    "signed": "Signed",
    "declined": "Declined",
    "asked": "Question asked",
    "answered": "Question answered",
}


class ChangeOrderState(rx.State):
    """What the page shows of the change order that the address names."""

    number: str = ""
    change_title: str = ""
    scope: str = ""
    scope_href: str = ""
    word: str = ""
    tone: str = ""
    is_new: bool = False
    is_draft: bool = False
    may_write: bool = False
    may_send: bool = False
    may_take_back: bool = False
    may_withdraw: bool = False
    declined: str = ""
    drafted: str = ""
    problem: str = ""
    sheet: Sheet = Sheet()
    effect: list[EffectRow] = []
    about: str = ""
    plan: str = ""
    facts: list[Fact] = []
    evidence: list[Fact] = []
    questions: list[Question] = []
    happened: list[Happening] = []
    pdf: str = ""
    is_ready: bool = False
    is_missing: bool = False
    _order: int = 0

    @rx.event
    @allow("changes.draft")
    async def load(self) -> None:
        """Loads the change order that the address names, or begins one for `?scope=`."""
        path = str(self.router.url.path)
        try:
            if path.rstrip("/").endswith("/new"):
                await self._begin(str(self.router.url.query_parameters.get("scope", "")))
            else:
                self._order = id_in(path)
                await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.change_title = True, "Change order"

    async def _begin(self, scope: str) -> None:
        sow_id = id_in(scope)
        edit = await self.get_state(ChangeEdit)
        sow = await edit._begin(sow_id)
        self.reset()  # type: ignore[no-untyped-call]
        self.is_new = self.is_draft = self.may_write = self.is_ready = True
        self.may_send = may(actor(), "changes.send")
        self.change_title, self.word, self.tone = "New change order", "", ""
        self.scope, self.scope_href = f"{sow.number} {sow.title}", routes.sow(sow_id)

    async def _load(self) -> None:
        who, order_id = actor(), self._order
        one, sheet, past, zone = await read(lambda session, actor: _read(session, actor, order_id))
        order, sow = one.order, one.sow
        word = badge(order.status)
        self.is_new, self.is_draft = False, order.status == "draft"
        self.number, self.change_title = order.number, order.title
        self.word, self.tone = word.text, word.tone
        self.scope, self.scope_href = f"{sow.number} {sow.title}", routes.sow(int(sow.id or 0))
        self._rights(one, who)
        self.declined, self.problem = order.decline_reason, one.problem
        self.drafted = _drafted(one) if self.is_draft else ""
        self.sheet = sheet
        self.effect = effect_rows(one.effect, "en") if one.effect else []
        self.about = about_margin(one.effect) if one.effect else ""
        self.plan = about_plan(one.effect) if one.effect else ""
        self.facts, self.evidence = _facts(one, zone), _evidence(one, zone)
        self.questions = [_question(question, zone) for question in one.questions]
        self.happened = [_happening(line, zone) for line in past]
        self.pdf = routes.change_order_pdf(order_id)
        self.is_ready, self.is_missing = True, False
        if self.is_draft and self.may_write:
            edit = await self.get_state(ChangeEdit)
            await edit._show(one)

    def _rights(self, one: OneOrder, who: Actor) -> None:
        status = one.order.status
        self.may_write = may(who, "changes.draft")
        self.may_send = may(who, "changes.send") and status == "draft"
        self.may_take_back = may(who, "changes.send") and status in ("sent", "declined")
        self.may_withdraw = may(who, "changes.send") and status in ("draft", "sent")


def _read(session: Session, who: Actor, order_id: int) -> tuple[OneOrder, Sheet, list[Past], ZoneInfo]:
    one = one_order(session, who, order_id)
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    try:
        sheet = sheet_of(order_paper(session, one.order, one.sow))
    except Invalid:  # a draft that cannot be any more; `problem` says why
        sheet = Sheet()
    return one, sheet, happened(session, who, {"change_order": [order_id]}), zone


def _drafted(one: OneOrder) -> str:
    why = DRAFTED.get(one.order.source, "")
    if not why:
        return ""
    follows = one.order.version == 1 and one.order.sent_at is None
    rest = "Until you change it, it follows the approved hours." if follows else ""
    return f"This was {why}, priced as the rates say. {rest}".strip()


def _facts(one: OneOrder, zone: ZoneInfo) -> list[Fact]:
    order, sow = one.order, one.sow
    rows = [
        Fact("Client", one.account.name, routes.client(int(one.account.id or 0))),
        Fact("Changes", sow.number, routes.sow(int(sow.id or 0))),
        Fact("Counts from", words.day(order.effective_on)),
    ]
    if order.sent_at and order.status != "draft":
        rows.append(Fact("Sent", words.moment(order.sent_at, zone)))
    if order.status == "sent" and order.valid_until:
        rows.append(Fact("Open until", words.day(order.valid_until)))
    if order.signed_at:
        rows.append(Fact("Signed", words.moment(order.signed_at, zone)))
    if one.project_id is not None:
        rows.append(Fact("Project", one.project, routes.project(one.project_id)))
    return rows


def _evidence(one: OneOrder, zone: ZoneInfo) -> list[Fact]:
    rows: list[Fact] = []
    for given in one.signatures:
        side = one.account.name if given.side == "client" else "For us"
        name = f"{given.name}, {given.title}" if given.title else given.name
        rows += [Fact(side, name, tone="strong"), Fact("When", signed_at(given.at, zone))]
        if given.address:
            rows.append(Fact("From the address", given.address))
    return [*rows, Fact("SHA-256 of the text", one.order.text_hash)] if rows else []


def _question(one: ChangeQuestion, zone: ZoneInfo) -> Question:
    answered = f"{one.answered_by}, {words.moment(one.answered_at, zone)}" if one.answered_at else ""
    asked = f"{one.asked_by}, {words.moment(one.asked_at, zone)}"
    return Question(str(one.id), asked, one.text, one.answer, answered, one.answered_at is None)


def _happening(one: Past, zone: ZoneInfo) -> Happening:
    who = "the app" if one.actor == system().name else one.actor
    said = f"{VERBS.get(one.verb, one.verb.capitalize())} by {who}"
    to = one.after.get("to") if one.verb == "sent" else None
    sub = f"To {', '.join(to)}" if isinstance(to, list) else one.reason
    return Happening(words.moment(one.at, zone), said, sub)
