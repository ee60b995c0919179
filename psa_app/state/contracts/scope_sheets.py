"""A scope's paper as the screen shows it, and its milestones in words."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from psa_app.display.paper import PaperFact, PaperTotal, Party
from psa_app.display.scope import Part, Sheet, SheetColumn, SheetRow, SheetSection
from psa_app.display.states import badge
from psa_app.formats import words
from psa_app.gateways.pdf import papers
from psa_app.gateways.pdf.papers import Section, SowPaper
from psa_app.queries.contracts.one import MilestoneRow
from psa_app.queries.portal.scope import MilestoneRow as ClientMilestone


def sheet_of(paper: SowPaper) -> Sheet:
    """The paper that is also printed, as finished text for the screen."""
    end = paper.acceptance
    return Sheet(
        title=paper.subtitle,
        kind=paper.title,
        number=paper.number,
        mark=paper.seller.name[:1].upper(),
        firm=_party(paper.seller),
        client=_party(paper.buyer),
        facts=[PaperFact(fact.label, fact.value) for fact in paper.facts],
        sections=[_section(one) for one in paper.sections],
        accepted=[PaperFact(fact.label, fact.value) for fact in end.facts] if end else [],
        stamp=", ".join(paper.marks),
        footer=paper.footer,
    )


def _party(party: papers.Party) -> Party:
    return Party(party.name, list(party.lines))


def _section(section: Section) -> SheetSection:
    table = section.table
    if table is None:
        return SheetSection(section.heading, list(section.paragraphs))
    return SheetSection(
        section.heading,
        list(section.paragraphs),
        [SheetColumn(column.label, column.numeric) for column in table.columns],
        [SheetRow(list(cells)) for cells in table.rows],
        [PaperTotal(total.label, total.value, total.strong) for total in table.totals],
    )


def parts_of(
    rows: Iterable[MilestoneRow | ClientMilestone],
    currency: str,
    locale: str,
    zone: ZoneInfo,
    acts: dict[str, str],
) -> list[Part]:
    """Milestones in words; `acts` names what can be done in each state ("ready": "Accept")."""
    return [
        Part(
            str(one.id),
            one.title,
            _sub(one, locale, zone),
            words.money(one.value, currency, locale),
            one.status,
            badge(one.status).text,
            badge(one.status).tone,
            acts.get(one.status, ""),
        )
        for one in rows
    ]


def _sub(one: MilestoneRow | ClientMilestone, locale: str, zone: ZoneInfo) -> str:
    if one.status == "accepted":
        when = words.day(one.accepted_at.astimezone(zone).date(), locale) if one.accepted_at else ""
        return f"Accepted by {one.accepted_by}, {when}"
    planned = f"Planned for {words.day(one.due_on, locale)}" if one.due_on else ""
    return " · ".join(part for part in (planned, one.criteria) if part)
