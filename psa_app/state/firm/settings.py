"""Settings: the firm's profile, and the tables it lives by (tabs in the query string)."""

from dataclasses import asdict
from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import routes
from psa_app.access import Actor, may, require
from psa_app.display.figures import Fact
from psa_app.display.forms import FieldSpec, Option
from psa_app.display.frame import Tab
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.firm.ready import to_go_live
from psa_app.rules import fields, hours, money
from psa_app.services.firm.calendars import fill_holidays
from psa_app.services.firm.profile import Profile
from psa_app.services.firm.setup import change_firm
from psa_app.services.time.lock import lock_time, unlock_time
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.lowcode.own_fields import OwnFieldsState
from psa_app.state.lowcode.record_panel import RecordPanel
from psa_app.state.lowcode.record_words import named

TABS = {  # key → label, the kind of record it lists ("" = a form of its own), the words of an empty list
    "firm": ("Firm", "", ""),
    "bank": ("Bank accounts", "bank_accounts", "Where clients pay."),
    "taxes": ("Taxes", "tax_rates", "What is printed under an invoice."),
    "numbers": ("Tax numbers", "tax_numbers", "An invoice with tax needs the firm's VAT number."),
    "series": ("Number series", "number_series", "How invoices and scopes are counted."),
    "holidays": ("Holidays", "holidays", "Days on which nobody works."),
    "exchange": ("Exchange rates", "exchange_rates", "What a foreign currency was worth on a day."),
    "roles": ("Roles", "roles", "In what role someone works for a client."),
    "fields": ("Own fields", "", ""),
    "expenses": ("Expenses", "expense_categories", "What money is spent on, and what the firm asks of it."),
    "stages": ("Stages", "stages", "How far a chance of work has come."),
    "time": ("Time", "", ""),
    "payments": ("Payments", "", ""),
    "ledger": ("Ledger accounts", "ledger_accounts", "Codes of your own; the usual ones count elsewhere."),
    "plans": ("Reminder plans", "reminder_plans", "Which reminders a client gets."),
    "reminders": ("Reminders", "reminder_steps", "When clients are reminded of open invoices, and how."),
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_YES_NO = ("sole_approver", "drafts_itself", "approves_expenses")
_NUMBERS = ("week_start", "payment_days", "round_increment", "round_minimum", "target_percent")


class SettingsRecords(RecordPanel, rx.State):
    """The list of the open tab."""


class SettingsState(rx.State):
    """Which tab is open, and the firm's own form."""

    tab: str = "firm"
    title: str = ""
    tabs: list[Tab] = []
    specs: list[FieldSpec] = []
    fixed: list[Fact] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    locked: str = ""
    live: list[Fact] = []
    country: str = ""
    countries: list[Option] = []
    may_change: bool = False
    may_unlock: bool = False
    unlocking: bool = False
    _version: int = 0
    _currency: str = "EUR"

    @rx.event
    @allow("firm.read")
    async def load(self) -> None:
        """Opens the tab that the address names."""
        wanted = self.router.url.query_parameters.get("tab", "firm")
        who = actor()
        shown = [key for key in TABS if key != "fields" or may(who, "fields.change")]
        self.tab = wanted if wanted in shown else "firm"
        self.title = TABS[self.tab][0]
        self.tabs = [Tab(key, TABS[key][0], f"{routes.SETTINGS}?tab={key}") for key in shown]
        self.may_change = may(who, "firm.change")
        self.may_unlock = may(who, "time.unlock")
        kind = TABS[self.tab][1]
        if kind:
            panel = await self.get_state(SettingsRecords)
            await panel._show(kind)
            if self.tab == "holidays":
                self.country = (await read(_firm)).country
                self.countries = named("country")
        elif self.tab == "fields":
            await (await self.get_state(OwnFieldsState))._load()
        else:
            await self._load_firm()

    async def _load_firm(self) -> None:
        firm = await read(_firm)
        lacks = await read(to_go_live)
        self.live = [
            Fact(one.what, "there" if one.is_there else one.todo, tone="ok" if one.is_there else "warn")
            for one in lacks
        ]
        self._version, self._currency = firm.version, firm.base_currency
        self.specs = _specs(firm)
        self.fixed = [
            Fact("Base currency", firm.base_currency),
            Fact("Chosen", "Once, when the firm was set up. Reports stand in it.", tone="muted"),
        ]
        self.locked = words.day(firm.locked_through) if firm.locked_through else ""
        self.errors = {}
        self.form_key += 1

    @rx.event
    @allow("firm.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Saves the firm's profile; errors stand beside the fields."""
        try:
            profile = _profile(data, self._currency)
            await write(
                lambda session, who: change_firm(session, who, version=self._version, profile=profile)
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._load_firm()
        await say(self, "Settings saved.")

    @rx.event
    @allow("firm.change")
    async def fill(self, data: dict[str, Any]) -> None:
        """Adds the public holidays of a calendar for a year and the next."""
        values = form_values(data, ("calendar", "year"))
        try:
            year = fields.whole(values["year"], "year", 2000, 2100)
            calendar = values["calendar"].upper()
            added = await write(
                lambda session, who: fill_holidays(
                    session, who, calendar=calendar, from_year=year, to_year=year + 1
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.errors = {}
        panel = await self.get_state(SettingsRecords)
        await panel._show("holidays")
        await say(self, f"{added} holidays added." if added else "They were all there already.")

    @rx.event
    @allow("time.lock")
    async def lock(self, data: dict[str, Any]) -> None:
        """Closes time up to a day."""
        text = form_values(data, ("through",))["through"]
        try:
            if not text:
                raise Invalid("Choose the last day to close.", "through")
            day = fields.iso_date(text, "through")
            await write(lambda session, who: lock_time(session, who, through=day))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._load_firm()
        await say(self, f"Time up to {words.day(day)} can no longer change.")

    @rx.event
    @allow("time.unlock")
    async def unlock(self, data: dict[str, Any]) -> None:
        """Opens locked time again, with a reason."""
        values = form_values(data, ("reason", "back_to"))
        try:
            back = fields.iso_date(values["back_to"], "back_to") if values["back_to"] else None
            await write(lambda session, who: unlock_time(session, who, reason=values["reason"], through=back))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.unlocking = False
        await self._load_firm()
        await say(self, "The period is open again.")

    @rx.event
    @allow("time.unlock")
    def ask_unlock(self, open: bool = True) -> None:  # noqa: A002 - as in HTML
        """Opens or closes the question before unlocking."""
        self.unlocking = open
        self.errors = {}


def _firm(session: Session, who: Actor) -> Firm:
    require(who, "firm.read")
    firm = session.exec(select(Firm)).first()
    if firm is None:
        raise NotFound("The firm is not set up yet.")
    return firm


def _profile(data: dict[str, Any], currency: str) -> Profile:
    apart = ("overhead_minor", "minimum_invoice_minor", *_YES_NO, "receipt_above_minor")
    names = [name for name in asdict(Profile(name="")) if name not in apart]
    texts: dict[str, Any] = dict(form_values(data, names))
    for name, typed in form_values(data, ("overhead", "minimum_invoice")).items():
        texts[f"{name}_minor"] = money.parse_amount(typed, currency, name) if typed else 0
    for name in _NUMBERS:
        if name == "round_minimum":
            texts[name] = hours.parse_duration(texts[name]) if texts[name] else 0
        else:
            texts[name] = fields.whole(texts[name], name, 0, 10_000)
    above = str(data.get("receipt_above", "")).strip()
    texts["receipt_above_minor"] = money.parse_amount(above, currency, "receipt_above") if above else None
    told: dict[str, Any] = {name: data.get(name) == "on" for name in _YES_NO}
    return Profile(**texts, **told)


def _specs(firm: Firm) -> list[FieldSpec]:
    def text(name: str, label: str, **more: Any) -> FieldSpec:
        return FieldSpec(name, label, value=str(getattr(firm, name)), **more)

    def pick(name: str, label: str, options: list[tuple[str, str]]) -> FieldSpec:
        return text(name, label, kind="choice", options=[Option(*one) for one in options])

    def find(name: str, label: str, kind: str = "") -> FieldSpec:
        options = named(kind or name, str(getattr(firm, name)))
        return text(name, label, kind="find", options=options, required=True)

    return [
        text("name", "Name", required=True),
        text("legal_name", "Legal name", help="As it stands on invoices."),
        text("street", "Street"),
        text("postcode", "Postcode"),
        text("city", "City"),
        find("country", "Country"),
        text("email", "E-mail", kind="email"),
        text("phone", "Phone"),
        text("website", "Website"),
        text("accent", "Colour", kind="color"),
        *_heading("Calendar and language"),
        find("time_zone", "Time zone", "zone"),
        pick("locale", "Language of papers", [("en", "English"), ("de", "German")]),
        pick("week_start", "Weeks begin on", [(str(n), day) for n, day in enumerate(_DAYS, 1)]),
        *_heading("Time and what it costs"),
        text("target_percent", "Target utilization", kind="percent"),
        _overhead(firm),
        pick(
            "round_increment",
            "Billed time is rounded to",
            [(str(n), f"{n} min") for n in (1, 5, 6, 10, 15, 30, 60)],
        ),
        pick("round_mode", "Rounded", [("up", "up"), ("nearest", "to the nearest"), ("down", "down")]),
        pick("round_per", "Rounded per", [("entry", "entry"), ("day_task", "person, day and task")]),
        FieldSpec("round_minimum", "At least", "hours", value=hours.h_mm(firm.round_minimum)),
        _sole_approver(firm),
        *_heading("Invoices and payment"),
        pick(
            "payment_provider",
            "Clients pay by",
            [("manual", "bank transfer"), ("sandbox", "the built-in sandbox"), ("stripe", "Stripe")],
        ),
        text("payment_days", "Days to pay", kind="number", help="A client or scope may have its own."),
        pick("tax_rounding", "Tax is rounded", [("total", "once per rate"), ("line", "on each line")]),
        *_billing(firm),
        text("invoice_footer", "Words at the foot of an invoice", kind="textarea", wide=True),
        *_heading("Expenses"),
        *_expenses(firm),
    ]


def _overhead(firm: Firm) -> FieldSpec:
    return FieldSpec(
        "overhead",
        "Overhead an hour",
        "money",
        value=money.plain(firm.overhead_minor, firm.base_currency),
        unit=firm.base_currency,
        help="What an hour costs beside its person: rooms, machines, insurance.",
    )


def _sole_approver(firm: Firm) -> FieldSpec:
    return FieldSpec(
        "sole_approver",
        "One person may approve their own time",
        "bool",
        value="true" if firm.sole_approver else "",
        help="Only where nobody else can; each such approval is marked.",
    )


def _expenses(firm: Firm) -> list[FieldSpec]:
    above = firm.receipt_above_minor
    return [
        FieldSpec(
            "receipt_above",
            "Expenses need a receipt above",
            "money",
            value="" if above is None else money.plain(above, firm.base_currency),
            unit=firm.base_currency,
            help="Empty: as the category says. 0: always. A category or a scope may ask from less on.",
        ),
        FieldSpec(
            "approves_expenses",
            "Approve expenses that keep the policy",
            "bool",
            value="true" if firm.approves_expenses else "",
            help="As they are handed in, in categories that have a limit; each such approval is marked.",
        ),
    ]


def _heading(text: str) -> list[FieldSpec]:
    return [FieldSpec(text, text, "heading")]


def _billing(firm: Firm) -> list[FieldSpec]:
    return [
        FieldSpec(
            "minimum_invoice",
            "Smallest invoice",
            "money",
            value=money.plain(firm.minimum_invoice_minor, firm.base_currency),
            unit=firm.base_currency,
            help="What comes to less, net, waits for the next billing run.",
        ),
        FieldSpec(
            "drafts_itself",
            "Draft invoices when they fall due",
            "bool",
            value="true" if firm.drafts_itself else "",
            help="A deposit at signature, on acceptance, when a fee is due, at a period’s end, and when the "
            "work of a client or scope comes to its threshold. Each draft waits to be issued.",
        ),
    ]
