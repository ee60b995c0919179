"""The client's first page."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.cards import card, stack, waiting
from psa_app.components.empty import empty
from psa_app.components.link import link
from psa_app.components.progress import steps
from psa_app.components.skeleton import until
from psa_app.display.portal import Document, ProjectCard
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal.portal import PortalState as State


@page(
    routes.PORTAL,
    title="Overview",
    right="portal.read",
    on_load=State.load,
    live=("quote", "sow", "change_order", "milestone", "project", "invoice", "payment", "time_request"),
)
def overview() -> rx.Component:
    """What waits, the projects, the documents."""
    return portal(
        State.account,
        until(
            State.is_ready,
            stack(
                rx.cond(State.waiting.length() > 0, waiting(State.waiting)),
                rx.cond(
                    State.projects.length() > 0,
                    rx.el.div(rx.foreach(State.projects, _project), class_name="portal-cards"),
                ),
                rx.cond(State.documents.length() > 0, _documents()),
                rx.cond(
                    (State.waiting.length() == 0)
                    & (State.projects.length() == 0)
                    & (State.documents.length() == 0),
                    empty(
                        "Nothing here yet",
                        "Offers to accept, projects and invoices appear here.",
                        icon_name="file",
                    ),
                ),
                gap="loose",
            ),
        ),
        area="overview",
        subtitle=State.subtitle,
    )


def _project(one: rx.Var[ProjectCard]) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(link(one.name, href=one.href, class_name="cover")),
            rx.el.div(tag(one.word, one.tone), class_name="aside"),
            class_name="card-head",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.span(one.line, class_name="muted"),
                rx.el.span(one.due, class_name="num"),
                class_name="spread",
            ),
            rx.cond(one.steps.to(list[int]).length() > 0, steps(one.steps.to(list[int]), one.line)),
            rx.cond(one.note != "", rx.el.div(one.note, class_name="muted small")),
            class_name="card-body stack tight",
        ),
        class_name="card linked",
    )


def _documents() -> rx.Component:
    def one(doc: rx.Var[Document]) -> rx.Component:
        words = rx.el.div(
            rx.el.div(link(doc.title, href=doc.href, class_name="link")),
            rx.el.div(doc.sub, class_name="sub"),
            class_name="text",
        )
        return rx.el.li(words, tag(doc.word, doc.tone))

    return card(
        rx.el.ul(rx.foreach(State.documents, one), class_name="waiting"), title="Documents", body=False
    )
