"""Why an hour has its rate: a dialog beside entries, and a page that can be sent on."""

import reflex as rx

from psa_app import routes
from psa_app.components.cards import card, notice, with_side
from psa_app.components.definition import facts, facts_card
from psa_app.components.dialog import dialog
from psa_app.components.ladder import ladder
from psa_app.components.link import link
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.why import WhyState as State

ORDER = "The first level that has a rate on the day decides; a rate in another currency is skipped."


def why_dialog() -> rx.Component:
    """Put it on a page once; `State.show(entry_id)` opens it."""
    return dialog(
        rx.el.p(State.verdict, class_name="lead"),
        facts(State.facts, quiet=True, plain=True),
        rx.cond(State.rungs.length() > 0, ladder(State.rungs)),
        rx.el.p(link("This answer as a page", href=State.href, class_name="link"), class_name="small"),
        open=State.open,
        on_close=State.close,
        title=State.title,
        size="wide",
    )


@page(routes.WHY, title="Why this rate", right="rates.read", on_load=State.load)
def why() -> rx.Component:
    """The answer, the ladder, and what was asked."""
    return staff(
        "Why this rate",
        rx.cond(State.wrong != "", notice(State.wrong, tone="bad")),
        rx.cond(
            State.title != "",
            with_side(
                card(
                    rx.el.p(State.verdict, class_name="lead pad"),
                    rx.cond(State.rungs.length() > 0, ladder(State.rungs)),
                    title="The ladder",
                    aside=link("Rate cards", href=routes.RATES, class_name="link"),
                    body=False,
                ),
                facts_card("Asked for", State.facts),
            ),
        ),
        area="settings",
        subtitle=ORDER,
    )
