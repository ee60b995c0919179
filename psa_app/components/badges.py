"""States as words in colour, and small marks."""

from typing import Any

import reflex as rx

from psa_app.components.icons import icon
from psa_app.components.link import Text
from psa_app.display.states import STATES, Badge, badge

_TONES = {key: value.tone for key, value in STATES.items()}
_WORDS = {key: value.text for key, value in STATES.items()}


def tag(text: Text, tone: Text = "wait", icon_name: Any = None) -> rx.Component:
    """A word in colour: ``ok | warn | bad | wait | accent``."""
    mark = [icon(icon_name)] if icon_name is not None else []
    return rx.el.span(*mark, text, class_name="badge t-" + tone)


def badge_of(value: rx.Var[Badge] | Badge, with_icon: bool = False) -> rx.Component:
    """Draws a ``Badge`` made by ``display.states.badge()``."""
    return tag(value.text, value.tone, value.icon if with_icon else None)


@rx.memo
def _state_word(state: rx.Var[str]) -> rx.Component:
    words = rx.Var.create(_WORDS)
    tones = rx.Var.create(_TONES)
    return rx.el.span(
        rx.cond(words.contains(state), words[state], state.replace("_", " ").capitalize()),
        class_name="badge t-" + rx.cond(tones.contains(state), tones[state], "wait"),
    )


def state_badge(state: Text, with_icon: bool = False) -> rx.Component:
    """The badge of a document's state ("paid"): the one mapping of word and colour.

    Give a plain word while compiling, or a var; with a var the icon is left out.
    """
    if isinstance(state, str):
        return badge_of(badge(state), with_icon)
    return _state_word(state=state)


def dot(tone: Text = "ok") -> rx.Component:
    """A small round mark in a state's colour; say the state in words beside it."""
    return rx.el.span(class_name="dot " + tone, aria_hidden="true")


def swatch(color: Text) -> rx.Component:
    """A small square in any CSS colour, for a key beside a chart."""
    return rx.el.span(class_name="swatch", style={"background": color}, aria_hidden="true")
