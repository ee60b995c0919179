"""People as round marks."""

import reflex as rx

from psa_app.components.link import Text
from psa_app.display.frame import Person


def avatar(initials: Text, name: Text = "", small: bool = False, open_role: bool = False) -> rx.Component:
    """A round mark. With ``name`` it speaks for itself; without, the name must stand beside it."""
    classes = "avatar" + (" small" if small else "") + (" open" if open_role else "")
    if name is None or (isinstance(name, str) and not name):
        return rx.el.span(initials, class_name=classes, aria_hidden="true")
    return rx.el.span(initials, class_name=classes, role="img", aria_label=name, title=name)


def person(who: Text, initials: Text, sub: Text = "", small: bool = True) -> rx.Component:
    """The mark and the name."""
    return rx.el.span(
        avatar(initials, small=small),
        rx.el.span(who),
        rx.el.span(sub, class_name="muted") if sub is not None else None,
        class_name="person",
    )


def avatars(people: rx.Var[list[Person]]) -> rx.Component:
    """Several people, overlapping."""
    return rx.el.span(
        rx.foreach(people, lambda p: avatar(p.initials, p.name)),
        class_name="avatars",
    )
