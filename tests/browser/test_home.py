"""Home in the browser: figures that move by themselves, what is behind them, and who gets which."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import Actor
from psa_app.models import Firm, Invoice, User
from psa_app.queries.exchange import exchange
from psa_app.queries.home.receivables import open_invoices
from psa_app.rules.money import Money
from psa_app.services.ops.verify import verify
from psa_app.services.payments.record import record_payment
from tests.browser.conftest import NewWindow
from tests.support.browser import PHONE, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@contextmanager
def beside(data: Path) -> Iterator[Actor]:
    """The program's database from another process (this one), and finance as the actor."""
    db.use_engine(db.make_engine(f"sqlite:///{data / 'psa.db'}"))
    try:
        with db.reading() as session:
            user = session.exec(select(User).where(User.role == "finance")).first()
            assert user is not None
        yield Actor(user.name, user.role, user.id, user.person_id, email=user.email)
    finally:
        db.engine().dispose()
        db.use_engine(None)


def figure(one: Window, label: str) -> str:
    return one.page.locator(".kpi", has_text=label).locator(".value").inner_text()


def heard(one: Window) -> list[str]:
    """All that the server sends to the page from now on."""
    frames: list[str] = []
    one.page.on("websocket", lambda ws: ws.on("framereceived", lambda data: frames.append(str(data))))
    return frames


def test_a_payment_by_another_process_moves_the_owners_figures_within_two_seconds(
    window: NewWindow, site_data: Path
) -> None:
    one = window("owner")
    one.open("/")
    before = figure(one, "Overdue")
    with beside(site_data) as finance:
        with db.reading() as session:
            zone = session.exec(select(Firm.time_zone)).one()
            from psa_app import clock

            owed = open_invoices(session, finance, exchange(session), clock.today(zone))
        late = next(invoice for invoice in owed if invoice.is_overdue)
        with db.unit_of_work() as session:
            invoice = session.get_one(Invoice, late.id)
            record_payment(
                session,
                finance,
                late.id,
                amount=Money(late.rest, invoice.currency),
                received_on=clock.today(zone),
            )
    one.page.wait_for_function(
        "before => [...document.querySelectorAll('.kpi')].some(k => "
        "k.textContent.includes('Overdue') && k.querySelector('.value').textContent !== before)",
        arg=before,
        timeout=2_000,
    )


def test_every_figure_says_how_it_is_derived(window: NewWindow) -> None:
    one = window("finance")
    one.open("/")
    for label in ("Billable utilization", "Margin", "Work in progress", "Overdue"):
        one.page.get_by_role("button", name=f"How {label} is derived").click()
        panel = one.page.get_by_role("dialog", name=label)
        assert panel.locator("dt").count() >= 1
        one.page.keyboard.press("Escape")
        panel.wait_for(state="hidden")


def test_the_forecast_opens_what_is_behind_it(window: NewWindow) -> None:
    one = window("owner")
    one.open("/")
    one.page.get_by_role("button", name=re.compile("What is behind")).click()
    rows = one.page.get_by_role("dialog").locator("tbody tr")
    rows.first.wait_for()
    assert rows.count() > 5


def test_the_primary_button_leads_to_the_new_draft_dialog(window: NewWindow) -> None:
    one = window("finance")
    one.open("/")
    href = one.page.get_by_role("link", name=re.compile(r"^Bill [A-Z]")).get_attribute("href")
    assert re.fullmatch(r"/invoices\?new=1&until=\d{4}-\d\d-\d\d", str(href))


def test_no_amount_of_money_reaches_a_members_browser(window: NewWindow) -> None:
    one = window("member")
    frames = heard(one)
    for path in ("/", "/projects", "/planner"):
        one.open(path)
    one.open(
        one.link_to(r"/projects/\d+") if one.page.locator("a[href^='/projects/']").count() else "/projects"
    )
    said = "".join(frames)
    assert "This week" in said
    for word in ("€", "Margin", "Recognized", "cost", "rate_minor"):
        assert word not in said, word


def test_a_lead_gets_margins_at_standard_cost_and_no_cost_of_a_person(window: NewWindow) -> None:
    one = window("lead")
    frames = heard(one)
    one.open("/")
    one.open("/projects")
    one.open(one.link_to(r"/projects/\d+"))
    said = "".join(frames)
    for word in ("Cost of time", "real cost", "Not approved yet", "cost_rate"):
        assert word not in said, word


def test_a_member_starts_the_timer_on_a_task_of_the_list(window: NewWindow) -> None:
    one = window("member")
    one.open("/")
    start = one.page.get_by_role("button", name=re.compile("^Start the timer on")).nth(1)
    start.click()
    one.page.get_by_text(re.compile("^The timer runs")).first.wait_for()


def test_home_fits_a_phone(window: NewWindow) -> None:
    for role in ("owner", "lead", "member"):
        one = window(role, PHONE)
        one.open("/")
        assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), role


def test_a_project_is_made_from_a_form_and_opens(window: NewWindow) -> None:
    one = window("lead")
    one.open("/projects?new=1")
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Made from").select_option("")
    dialog.get_by_label("Name").fill("Winter campaign")
    dialog.get_by_label("Budget").fill("80")
    dialog.get_by_role("button", name="Make project").click()
    one.page.wait_for_url(re.compile(r"/projects/\d+$"))
    one.page.get_by_role("heading", name="Winter campaign").wait_for()
    one.page.get_by_role("link", name="Tasks").click()
    one.page.get_by_role("button", name="Add task").click()
    one.page.get_by_role("dialog").get_by_label("Name").fill("Ideas")
    one.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    one.page.get_by_role("cell", name="Ideas", exact=True).wait_for()


def test_a_wrong_form_says_so_beside_the_field_and_keeps_what_was_typed(window: NewWindow) -> None:
    one = window("lead")
    one.open("/projects?new=1")
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Made from").select_option("")
    dialog.get_by_label("Budget").fill("a lot")
    dialog.get_by_label("Name").fill("Spring campaign")
    dialog.get_by_role("button", name="Make project").click()
    dialog.get_by_text("Type the time as 1:30, 1.5 or 90m.").wait_for()
    assert dialog.get_by_label("Name").input_value() == "Spring campaign"


def test_the_demo_firm_bears_every_check(site_data: Path, site: str) -> None:
    """History, evidence, hours, papers and money of fourteen months: nothing is broken, nothing missing."""
    assert site
    with beside(site_data), db.reading() as session:
        assert [one.broken for one in verify(session) if one.broken] == []
