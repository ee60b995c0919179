"""A retainer's statement on paper and as tables for files: its periods, and the work of one of them."""

from sqlmodel import Session, select

from psa_app import clock
from psa_app.formats import languages, words
from psa_app.formats.retainer_labels import RetainerLabels, retainer_labels
from psa_app.gateways.pdf.papers import Column, Fact, Party, Section, SowPaper, Table, Total
from psa_app.models import Firm
from psa_app.queries.exports import ExportTable
from psa_app.queries.invoices.paper import US_LETTER
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.queries.retainers.lines import Agreed
from psa_app.queries.retainers.statement import DrawLine, PeriodLine, RetainerStatement
from psa_app.queries.retainers.words import amount
from psa_app.rules.money import plain

_WORK = ("Day", "Person", "Task", "Note", "Outcome", "Seconds")


def retainer_paper(session: Session, found: RetainerStatement) -> SowPaper:
    """The statement in the client's language; the caller has checked who asks."""
    firm, locale, of = session.exec(select(Firm)).one(), found.account.locale, found.of
    labels = retainer_labels(locale)
    sections = [Section(labels.periods, table=_periods(found, labels, locale))]
    if found.chosen is not None:
        sections.append(_work(found, found.chosen, labels, locale))
    return SowPaper(
        title=labels.title,
        number="",
        subtitle=of.line.title,
        seller=_party(seller_block(session, firm, locale)),
        buyer=_party(buyer_block(found.account)),
        buyer_label=languages.of(locale).to,
        page_label=languages.of(locale).page,
        facts=(Fact(labels.agreed_in, f"{of.sow.number} {of.sow.title}"),),
        stamp=clock.now().replace(hour=0, minute=0, second=0, microsecond=0),
        footer=firm.invoice_footer,
        accent=firm.accent,
        language=languages.code(locale),
        sheet="us-letter" if firm.country in US_LETTER else "a4",
        sections=tuple(sections),
    )


def period_sheet(found: RetainerStatement) -> ExportTable:
    """The periods, the newest first; hours as minutes, money as plain amounts."""
    of = found.of
    unit = of.sow.currency if of.of_money else "minutes"
    names = ("From before", "Granted", "Added", "Used", "Beyond", "Taken back", "Expired", "Left")
    headers = ("Period", "From", "To", "Closed", *(f"{name} ({unit})" for name in names))
    rows = [
        (
            *(one.number, one.starts_on, one.ends_on, "yes" if one.is_closed else "no"),
            *(_plain(of, units) for units in (one.opening, one.granted, one.added, one.used)),
            *(_plain(of, units) for units in (_beyond(one), one.taken_back, one.expired, one.left)),
        )
        for one in found.periods
    ]
    return ExportTable(headers, rows)


def work_sheet(found: RetainerStatement) -> ExportTable:
    """The work of the period that is shown, an entry or a part of one a row."""
    unit = found.of.sow.currency if found.of.of_money else "minutes"
    rows = [
        (one.day, one.person, one.task, one.note, one.outcome, one.seconds, _plain(found.of, one.units))
        for one in found.draws
    ]
    return ExportTable((*_WORK, f"Used ({unit})"), rows)


def _plain(of: Agreed, units: int) -> str | int:
    return plain(units, of.sow.currency) if of.of_money else units


def _beyond(one: PeriodLine) -> int:
    return one.overage + one.absorbed + one.carried


def _periods(found: RetainerStatement, labels: RetainerLabels, locale: str) -> Table:
    of = found.of
    head, *others = labels.columns
    columns = (Column(head, share=2), *(Column(name, numeric=True) for name in others))
    rows = tuple(
        (
            words.day_range(one.starts_on, one.ends_on, locale),
            *(amount(of, units, locale) for units in (one.opening, one.granted, one.added - one.taken_back)),
            *(amount(of, units, locale) for units in (one.used, _beyond(one), one.expired, one.left)),
        )
        for one in reversed(found.periods)
    )
    return Table(columns, rows, ())


def _work(found: RetainerStatement, one: PeriodLine, labels: RetainerLabels, locale: str) -> Section:
    title = labels.work_of.format(period=words.day_range(one.starts_on, one.ends_on, locale))
    if not found.draws:
        return Section(title, (labels.nothing,))
    day, person, work, used = labels.work
    columns = (Column(day, share=0), Column(person), Column(work, share=3), Column(used, numeric=True))
    rows = tuple(
        (
            words.day(draw.day, locale),
            draw.person,
            _told(draw, labels),
            amount(found.of, draw.units, locale),
        )
        for draw in found.draws
    )
    total = Total("", amount(found.of, sum(draw.units for draw in found.draws), locale), strong=True)
    return Section(title, table=Table(columns, rows, (total,)))


def _told(draw: DrawLine, labels: RetainerLabels) -> str:
    more = (labels.beyond if draw.outcome != "drawn" else "", labels.late if draw.is_late else "")
    return " · ".join(part for part in (draw.task, draw.note, *more) if part)


def _party(block: str) -> Party:
    name, *rest = block.splitlines() or [""]
    return Party(name, tuple(rest))
