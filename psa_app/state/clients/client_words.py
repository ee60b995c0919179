"""One client in words: figures, facts, and the short lists of what hangs on it."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from psa_app import routes
from psa_app.display.figures import Fact, Kpi
from psa_app.display.story import Part, Way
from psa_app.formats import words
from psa_app.models import AccountTaxNumber, Address
from psa_app.queries.clients.figures import Figures, Owed
from psa_app.queries.clients.one import Client, ContactRow
from psa_app.queries.home.facts import FirmFacts
from psa_app.resources.clients import ACCOUNTS
from psa_app.rules.accounts import ADDRESS_KINDS, KINDS, NUMBER_KINDS
from psa_app.rules.activities import KINDS as ACTIVITY_KINDS
from psa_app.rules.einvoices.codes import SHORT
from psa_app.rules.einvoices.missing import client_lacks
from psa_app.rules.outside import outside, shown

KIND_WORDS = dict(KINDS)
KIND_TONES = {"client": "ok", "prospect": "accent", "partner": "warn", "former": "wait"}
_LOCALES = next(dict(one.choices) for one in ACCOUNTS.fields if one.name == "locale")


def figures_of(found: Figures, client_id: int, currency: str, facts: FirmFacts) -> list[Kpi]:
    """The strip of numbers; what the reader may not see is left out."""
    here = routes.client(client_id)
    kpis: list[Kpi] = []
    if found.owed is not None:
        kpis += [_open(found.owed, currency, here, facts), _billed(found.owed, currency, here, facts)]
    else:
        kpis.append(Kpi("Running projects", str(found.projects), href=f"{here}?tab=work"))
    if found.pipeline is not None:
        kpis.append(_pipeline(found, currency, here, facts))
    kpis.append(_last(found, here, facts))
    return kpis


def _open(owed: tuple[Owed, ...], currency: str, here: str, facts: FirmFacts) -> Kpi:
    mine = next((one for one in owed if one.currency == currency), Owed(currency, 0, 0, 0, 0))
    others = [
        words.money_whole(one.open, one.currency, facts.locale)
        for one in owed
        if one is not mine and one.open
    ]
    late = words.money_whole(mine.overdue, currency, facts.locale) if mine.overdue else ""
    hint = "overdue" if late else "nothing overdue" if mine.open else "nothing is owed"
    return Kpi(
        "Open invoices",
        words.money_whole(mine.open, currency, facts.locale),
        hint=" · ".join([hint, *(f"and {one}" for one in others)]),
        trend=late,
        tone="bad" if late else "",
        href=f"{here}?tab=money",
        how_text="Issued invoices less what was paid on them, tax included.",
    )


def _billed(owed: tuple[Owed, ...], currency: str, here: str, facts: FirmFacts) -> Kpi:
    mine = next((one for one in owed if one.currency == currency), Owed(currency, 0, 0, 0, 0))
    count = sum(one.invoices for one in owed)
    return Kpi(
        "Billed in 12 months",
        words.money_whole(mine.billed, currency, facts.locale),
        hint="1 invoice, net" if count == 1 else f"{count} invoices, net",
        href=f"{here}?tab=money",
        how_text="The net of all invoices issued in the last 365 days, before tax.",
    )


def _pipeline(found: Figures, currency: str, here: str, facts: FirmFacts) -> Kpi:
    sums = found.pipeline or ()
    _, full, likely = next((one for one in sums if one[0] == currency), (currency, 0, 0))
    in_full = words.money_whole(full, currency, facts.locale)
    return Kpi(
        "Pipeline",
        words.money_whole(likely, currency, facts.locale),
        hint=f"{found.chances} open, {in_full} in full" if found.chances else "nothing open",
        href=f"{here}?tab=sales",
        how_text="Open opportunities, each amount times its probability.",
    )


def _last(found: Figures, here: str, facts: FirmFacts) -> Kpi:
    value, hint = "–", "no call, meeting or mail yet"
    if found.last_at is not None:
        days = (facts.today - found.last_at.astimezone(ZoneInfo(facts.zone)).date()).days
        value = "Today" if days <= 0 else "Yesterday" if days == 1 else f"{days} days ago"
        who = f" · {found.last_by}" if found.last_by else ""
        hint = dict(ACTIVITY_KINDS)[found.last_kind] + who
    return Kpi("Last contact", value, hint=hint, href=f"{here}?tab=timeline")


def about_facts(found: Client, own: list[Fact]) -> list[Fact]:
    """Who they are and where; then the firm's own fields."""
    account = found.account
    place = " ".join(part for part in (account.postcode, account.city) if part)
    rows = [
        Fact("Legal name", account.legal_name),
        Fact("Address", ", ".join(part for part in (account.street, place, account.country) if part)),
        _away("E-mail", "email", account.email),
        _away("Website", "website", account.website),
        Fact("Language", _LOCALES.get(account.locale, account.locale)),
        Fact("Time zone", account.time_zone),
    ]
    below = [
        Fact("Below it" if not place_in else "", name, routes.client(row_id), name)
        for place_in, (row_id, name) in enumerate(found.children)
    ]
    return [*(row for row in rows if row.value), *below, *own]


def _away(label: str, form: str, value: str) -> Fact:
    href = outside(form, value)
    return Fact(label, value, href, shown(form, value) if href else "")


def billing_facts(
    found: Client, contacts: tuple[ContactRow, ...], numbers: Iterable[AccountTaxNumber]
) -> list[Fact]:
    """How they are billed, to whom, who may sign, and what is missing for their kind of invoice."""
    account = found.account
    gets = ", ".join(one.name for one in contacts if one.is_billing)
    signs = ", ".join(one.name for one in contacts if one.is_approver)
    days = account.payment_days
    rows = [
        Fact("Invoices go to", gets or "nobody yet", tone="" if gets else "warn"),
        Fact("May sign", signs or "nobody yet", tone="" if signs else "warn"),
        Fact("Currency", account.currency),
        _own_or("Tax", found.tax, "as the firm’s"),
        _own_or("Days to pay", "" if days is None else str(days), "as the firm’s"),
        _own_or("VAT number", account.vat_id, words.MISSING),
    ]
    order = [Fact("Purchase order", "needed on each invoice")] if account.purchase_order_needed else []
    kind = [Fact("Invoices as", SHORT[account.einvoice])] if account.einvoice else []
    missing = client_lacks(
        account.einvoice,
        reference=bool(account.buyer_reference),
        orders=account.purchase_order_needed,
        peppol=any(one.kind == "peppol" for one in numbers),
        mail=bool(account.email or gets),
    )
    if missing:
        kind.append(Fact("Missing for that", " and ".join(missing), tone="warn"))
    reference = [Fact("Buyer reference", account.buyer_reference)] if account.buyer_reference else []
    return [*rows, *order, *kind, *reference]


def _own_or(label: str, value: str, otherwise: str) -> Fact:
    return Fact(label, value) if value else Fact(label, otherwise, tone="muted")


def contact_part(one: ContactRow, may_invite: bool) -> Part:
    """A person at the client, with what they do."""
    portal = "invited" if one.is_invited else "signs in" if one.signs_in else ""
    roles = (one.is_approver and "approver", one.is_billing and "billing", one.is_technical and "technical")
    return Part(
        one.id,
        one.name,
        one.title,
        [mark for mark in (*roles, portal) if mark],
        "Invite to the portal" if may_invite and not one.signs_in else "",
        ways(email=one.email, phone=one.phone),
        routes.record("contacts", one.id),
    )


def ways(**given: str) -> list[Way]:
    """Addresses by their form (website, email, phone), those that are there, as links out of the app."""
    return [Way(shown(form, text), outside(form, text)) for form, text in given.items() if text]


def address_part(one: Address) -> Part:
    """A further address in one line."""
    place = " ".join(part for part in (one.postcode, one.city) if part)
    where = ", ".join(part for part in (one.recipient, one.street, place, one.country) if part)
    kind = dict(ADDRESS_KINDS).get(one.kind, one.kind).lower()
    return Part(int(one.id or 0), one.label, where, [kind] if one.kind != "other" else [])


def number_part(one: AccountTaxNumber) -> Part:
    """A tax or register number."""
    kind = dict(NUMBER_KINDS).get(one.kind, one.kind)
    return Part(int(one.id or 0), one.number, f"{kind} · {one.country}")
