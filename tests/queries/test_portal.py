"""What a client contact sees, and what never reaches them."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Forbidden, NotFound
from psa_app.models import Account, Invoice, Project
from psa_app.queries.portal.overview import Overview, overview
from psa_app.queries.portal.project import ProjectToRead, project_to_read
from psa_app.queries.portal.scope import ScopeToRead, scope_to_read
from psa_app.services.contracts.accept import decline_sow
from psa_app.services.contracts.milestones import accept_milestone, ready_milestone
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_week
from tests.services.contract_world import (
    Firm,
    a_draft,
    a_sent,
    a_signed,
    mails,
    make_firm,
    milestones,
    signatures,
    sow,
)
from tests.services.time_world import MON, TODAY, TUE, WEEK, ask, do
from tests.support.prepared import prepared

firm = prepared(make_firm)


def home(firm: Firm, who: str = "Nora") -> Overview:
    return ask(overview, firm[who])  # type: ignore[no-any-return]


def a_project(firm: Firm) -> int:
    sow_id = a_signed(firm)
    return int(do(make_project_from_sow, firm["Olga"], sow_id, lead_id=firm["Lea"].person_id).id)


def an_invoice(firm: Firm, client: str, **values: Any) -> int:
    with db.unit_of_work() as session:
        given = {
            "account_id": firm.world.accounts[client],
            "currency": "EUR",
            "cutoff": TODAY,
            "status": "issued",
            "total_minor": 12_000,
            "number": f"INV-{client}",
            "due_on": TODAY + timedelta(days=10),
        } | values
        invoice = Invoice(**given)
        session.add(invoice)
        session.flush()
        return int(invoice.id or 0)


def test_what_waits_stands_first(firm: Firm) -> None:
    sent, signed = a_sent(firm), a_signed(firm)
    do(ready_milestone, firm["Olga"], int(milestones(signed)[0].id or 0))
    invoice = an_invoice(firm, "Northwind")
    page = home(firm)
    assert [one.id for one in page.scopes] == [sent]
    assert [(one.title, one.value, one.sow_id) for one in page.milestones] == [("Prototype", 450_000, signed)]
    assert [(one.id, one.open, one.is_overdue) for one in page.invoices] == [(invoice, 12_000, False)]
    assert (page.account, page.may_sign) == ("Northwind", True)


def test_another_client_sees_nothing_of_it(firm: Firm) -> None:
    a_sent(firm)
    a_project(firm)
    an_invoice(firm, "Northwind")
    page = home(firm, "Kim")
    assert (page.account, page.scopes, page.milestones, page.invoices, page.documents) == (
        "Kestrel",
        (),
        (),
        (),
        (),
    )
    assert [one.name for one in page.projects] == ["Platform"]


def test_drafts_paid_and_void_invoices_do_not_wait(firm: Firm) -> None:
    a_draft(firm)
    an_invoice(firm, "Northwind", status="draft", number="")
    an_invoice(firm, "Northwind", status="void", number="INV-2")
    an_invoice(firm, "Northwind", total_minor=0, number="INV-3")
    late = an_invoice(firm, "Northwind", number="INV-4", due_on=TODAY - timedelta(days=1))
    assert [(one.id, one.is_overdue) for one in home(firm).invoices] == [(late, True)]
    assert home(firm).scopes == ()


def test_an_offer_that_has_run_out_says_so(firm: Firm, clock: Any) -> None:
    a_sent(firm, valid_until=TODAY)
    assert [one.is_over for one in home(firm).scopes] == [False]
    clock.forward(days=1)
    assert [one.is_over for one in home(firm).scopes] == [True]


def test_a_contact_who_may_not_sign_is_told_so(firm: Firm) -> None:
    sow_id = a_sent(firm)
    assert not home(firm, "Rolf").may_sign
    assert not ask(scope_to_read, firm["Rolf"], sow_id).may_sign


def test_projects_show_their_milestones_in_order(firm: Firm) -> None:
    project_id = a_project(firm)
    card = next(one for one in home(firm).projects if one.id == project_id)
    assert (card.lead, [(part.title, part.status) for part in card.parts]) == (
        "Lea Test",
        [("Prototype", "planned"), ("Launch", "planned")],
    )


def test_answered_scopes_are_documents(firm: Firm) -> None:
    signed, declined = a_signed(firm), a_sent(firm)
    do(decline_sow, firm["Nora"], declined, reason="No")
    found = {one.id: one.status for one in home(firm).documents}
    assert (found[signed], found[declined]) == ("signed", "declined")


def test_the_client_reads_the_text_that_was_sent(firm: Firm) -> None:
    sow_id = a_sent(firm)
    with db.unit_of_work() as session:
        session.get_one(Account, firm.northwind).legal_name = "Renamed AG"
    page: ScopeToRead = ask(scope_to_read, firm["Nora"], sow_id)
    assert page.text_hash == signatures("sow", sow_id)[0].text_hash
    assert page.paper.buyer.name == "Northwind"
    assert (page.reader, page.may_sign, page.is_over, page.milestones) == ("Nora Client", True, False, ())


def test_the_holder_of_a_link_reads_that_scope_and_its_milestones_only(firm: Firm) -> None:
    first = a_sent(firm)
    second = a_sent(firm)
    who = ask(open_portal_link, str(mails("sow_to_accept")[0]["path"]).removeprefix("/open/")).actor
    assert ask(scope_to_read, who, first).id == first
    with pytest.raises(NotFound):
        ask(scope_to_read, who, second)
    with pytest.raises(NotFound):
        ask(project_to_read, who, a_project(firm))
    page = ask(overview, who)
    assert ([one.id for one in page.scopes], page.projects, page.invoices) == ([first], (), ())


def test_the_link_in_a_milestones_mail_shows_it_ready(firm: Firm) -> None:
    sow_id = a_signed(firm)
    do(ready_milestone, firm["Olga"], int(milestones(sow_id)[0].id or 0))
    who = ask(open_portal_link, str(mails("milestone_ready")[0]["path"]).removeprefix("/open/")).actor
    states = [one.status for one in ask(scope_to_read, who, sow_id).milestones]
    assert states == ["ready", "planned"]


@pytest.mark.parametrize("who", ["Kim", "Nora"])
def test_only_the_clients_own_scopes_are_read(firm: Firm, who: str) -> None:
    draft, sent = a_draft(firm), a_sent(firm)
    with pytest.raises(NotFound):
        ask(scope_to_read, firm[who], draft)
    if who == "Kim":
        with pytest.raises(NotFound):
            ask(scope_to_read, firm[who], sent)


@pytest.mark.parametrize("who", ["Olga", "Fred", "Lea", "Ann"])
def test_the_portal_is_the_clients(firm: Firm, who: str) -> None:
    sow_id = a_sent(firm)
    if who in ("Lea", "Ann", "Olga", "Fred"):
        for attempt in (lambda: home(firm, who), lambda: ask(scope_to_read, firm[who], sow_id)):
            with pytest.raises(Forbidden):
                attempt()


def work(firm: Firm, day: date, seconds: int) -> int:
    return int(
        do(log_time, firm["Ann"], task_id=firm.world.tasks["Build"], work_date=day, seconds=seconds).id
    )


def test_hours_show_once_they_are_approved(firm: Firm) -> None:
    done, waiting = work(firm, MON, 3600), work(firm, TUE, 7200)
    do(submit_week, firm["Ann"], week=WEEK)
    project_id = firm.world.projects["Checkout"]
    with db.unit_of_work() as session:
        session.get_one(Project, project_id).sow_id = None

    def page() -> ProjectToRead:
        return ask(project_to_read, firm["Nora"], project_id)  # type: ignore[no-any-return]

    assert (page().weeks, page().seconds) == ((), 0)
    do(approve_entries, firm["Lea"], entry_ids=(done,))
    assert (page().weeks, page().seconds) == (((WEEK, 3600),), 3600)
    do(approve_entries, firm["Lea"], entry_ids=(waiting,))
    assert page().weeks == ((WEEK, 10_800),)
    with pytest.raises(NotFound):
        ask(project_to_read, firm["Kim"], project_id)


def test_neither_cost_nor_rates_nor_notes_are_on_any_page(firm: Firm) -> None:
    work(firm, MON, 3600)
    with db.unit_of_work() as session:
        session.get_one(Account, firm.northwind).notes = "pays late, be careful"
    project_id = a_project(firm)
    do(accept_first(firm), firm["Nora"])
    wire = repr(asdict(home(firm))) + repr(ask(project_to_read, firm["Nora"], project_id))
    assert not any(word in wire for word in ("pays late", "5500", "6000,", "cost", "margin"))


def accept_first(firm: Firm) -> Any:
    """Accepts the newest scope's first milestone."""
    sow_id = max(one.id for one in home(firm).documents)
    milestone_id = int(milestones(sow_id)[0].id or 0)
    do(ready_milestone, firm["Olga"], milestone_id)
    assert sow(sow_id).status == "signed"
    return lambda session, actor: accept_milestone(session, actor, milestone_id, name="Nora")
