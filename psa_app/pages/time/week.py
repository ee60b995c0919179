"""Time: the week grid, on a phone a day; the weeks around it, and what was handed in."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.badges import state_badge
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice
from psa_app.components.dialog import confirm, dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.skeleton import until
from psa_app.components.table import table_card
from psa_app.components.tabs import tabs
from psa_app.components.week_grid import week_grid
from psa_app.display.frame import Tab
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.frame import FrameState
from psa_app.state.time.timer import TimerState as Timer
from psa_app.state.time.week import WeekState as State

TABS = [Tab("week", "Week", routes.TIME), Tab("entries", "Entries", routes.TIME_ENTRIES)]
COLUMNS = [
    Column("what", "Handed in"),
    Column("when", "When"),
    Column("time", "Time", align="right"),
    Column("state", "State", phone="side"),
]


@page(
    routes.TIME,
    title="Time",
    right="time.log",
    on_load=State.load,
    live=("time_entry", "timesheet", "timer", "leave", "firm"),
)
def week() -> rx.Component:
    """One week of one person."""
    return staff(
        State.title,
        tabs(TABS, "week", "Time"),
        rx.cond(State.sent_back.length() > 0, _sent_back()),
        rx.cond(State.not_handed_in != "", notice(State.not_handed_in, tone="bad")),
        until(State.is_ready, rx.cond(State.has_nobody, _nobody(), _grid())),
        rx.cond(State.sheets.length() > 0, _handed_in()),
        _empty_week(),
        _timer(),
        _discard(),
        area="time",
        subtitle=State.subtitle,
        badge=rx.cond(State.badge != "", state_badge(State.badge)),
        actions=[
            rx.cond(
                ~State.has_nobody,
                rx.fragment(
                    link_button("‹ " + State.previous_label, href=State.previous, look="quiet"),
                    link_button(State.following_label + " ›", href=State.following, look="quiet"),
                ),
            ),
            rx.cond(
                FrameState.timer.started_at != "", button("Timer", icon_name="clock", on_click=Timer.show)
            ),
            rx.cond(State.may_copy, button("Copy last week", on_click=State.copy)),
            rx.cond(State.may_submit, button(State.submit_words, look="primary", on_click=State.submit)),
        ],
        phone_head=False,
    )


def _nobody() -> rx.Component:
    return card(
        empty(
            "You are not one of the people yet",
            "Hours are logged by people. Take yourself on with the e-mail address that you sign in with.",
            link_button("People", href=routes.PEOPLE),
            icon_name="clock",
        )
    )


def _grid() -> rx.Component:
    return week_grid(
        _phone_foot(),
        rows=State.rows,
        days=State.days,
        acked=State.acked,
        refused=State.refused,
        draft_key=State.draft_key,
        shut=State.shut,
        why=State.why,
        choices=State.choices,
        answered=State.answered,
        on_commit=State.commit,
        on_note=State.note,
        on_timer=State.timer,
        on_add=State.add,
        on_remove=State.remove,
        on_find=State.find,
    )


def _phone_foot() -> rx.Component:
    """What the head holds on a wide screen."""
    return rx.fragment(
        rx.el.div(
            rx.cond(State.may_submit, button(State.submit_words, look="primary", on_click=State.submit)),
            rx.cond(State.may_copy, button("Copy last week", on_click=State.copy)),
            rx.cond(
                FrameState.timer.started_at != "", button("Timer", icon_name="clock", on_click=Timer.show)
            ),
            class_name="line wrap",
        ),
        rx.el.div(
            link_button("‹ " + State.previous_label, href=State.previous, look="quiet"),
            link_button(State.following_label + " ›", href=State.following, look="quiet"),
            class_name="line",
        ),
    )


def _sent_back() -> rx.Component:
    return notice(
        rx.el.b("Sent back. "),
        rx.foreach(State.sent_back, rx.el.div),
        "Change what is needed and submit again.",
        tone="warn",
    )


def _handed_in() -> rx.Component:
    return table_card(COLUMNS, State.sheets, label="Handed in", acts=_recall)


def _recall(row: rx.Var[Row]) -> rx.Component:
    return rx.cond(
        State.recallable.contains(row.id),
        button("Recall", small=True, on_click=State.recall(row.id)),
    )


def _empty_week() -> rx.Component:
    return confirm(
        open=State.asking_empty,
        on_close=State.keep,
        on_confirm=State.submit_empty,
        title="Submit an empty week?",
        act="Submit empty week",
        text="There is no time in this week. Time that comes later is a supplement.",
    )


def _timer() -> rx.Component:
    errors = Timer.errors
    return dialog(
        form(
            rx.el.p(Timer.since, class_name="lead"),
            form_error(errors["form"]),
            fields.fields(
                fields.text(
                    "ended", "Ended", Timer.ended, type="datetime-local", error=errors["ended"], required=True
                ),
                fields.date(
                    "day", "Log it all on another day", error=errors["day"], help="Empty: the days it ran."
                ),
                two=True,
            ),
            rx.cond(
                Timer.modifiers.length() > 0,
                fields.select(
                    "modifier",
                    "Modifier",
                    Timer.modifiers,
                    Timer.modifier,
                    empty="None",
                    error=errors["modifier"],
                    on_change=Timer.choose,
                ),
            ),
            fields.text("note", "Note", Timer.note, error=errors["note"]),
            form_foot(
                "Stop and log",
                on_cancel=Timer.close,
                extra=button("Discard", look="danger", on_click=Timer.ask_discard),
            ),
            on_submit=Timer.stop,
            key="timer-" + Timer.form_key.to_string(),
            label="Running timer",
        ),
        open=Timer.open & ~Timer.asking_discard,
        on_close=Timer.close,
        title=Timer.title,
    )


def _discard() -> rx.Component:
    return confirm(
        open=Timer.asking_discard,
        on_close=Timer.keep,
        on_confirm=Timer.discard,
        title="Discard the timer?",
        act="Discard timer",
        text="Its time is not logged.",
    )
