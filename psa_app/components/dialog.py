"""Dialogs on the browser's own <dialog>: focus stays inside, Escape closes, focus goes back."""

from typing import Any

import reflex as rx

from psa_app.components.buttons import button
from psa_app.components.icons import Icon
from psa_app.components.link import Text
from psa_app.components.scripts import script


class Dialog(rx.NoSSRComponent):
    """Opens while ``open`` is true; ``on_close`` must set it to false. Content lives only while open."""

    library = script(__name__, "dialog.jsx")
    tag = "Dialog"
    open: rx.Var[bool]
    heading: rx.Var[str]
    size: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


_NEEDS = Icon  # dialog.jsx draws it


def dialog(
    *content: Any,
    open: rx.Var[bool],  # noqa: A002 - as in HTML
    on_close: Any,
    title: Text,
    size: str = "",
) -> rx.Component:
    """A dialog with a title and a close button. ``size`` is "" (520), "wide" (760) or "narrow" (420).

    A form inside that was typed into (``form.form``) is not lost by Escape: it asks first.
    """
    return Dialog.create(*content, open=open, on_close=on_close, heading=title, size=size)


def _lost(text: rx.Var[str]) -> rx.Component:
    return rx.el.li(text)


def confirm(
    *,
    open: rx.Var[bool],  # noqa: A002 - as in HTML
    on_close: Any,
    on_confirm: Any,
    title: Text,
    act: Text,
    text: Text = "",
    lost: rx.Var[list[str]] | list[str] | None = None,
    busy: rx.Var[bool] | bool = False,
    content: Any = None,
    danger: bool = True,
) -> rx.Component:
    """Asks before something is destroyed and names what is lost, line by line.

    ``act`` is the verb on the button ("Void invoice"), never "OK". ``content`` may hold a reason field.
    """
    named = [] if lost is None else [rx.el.ul(rx.foreach(lost, _lost), class_name="lost")]
    return dialog(
        rx.el.p(text, class_name="lead"),
        *named,
        *([content] if content is not None else []),
        rx.el.div(
            button("Keep it" if danger else "Cancel", on_click=on_close, data_autofocus=""),
            button(act, look="danger primary" if danger else "primary", on_click=on_confirm, busy=busy),
            class_name="form-foot",
        ),
        open=open,
        on_close=on_close,
        title=title,
        size="narrow",
    )
