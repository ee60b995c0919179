"""Labels and values, as in the column beside an invoice."""

import reflex as rx

from psa_app.components.cards import card
from psa_app.components.link import Text, link, outside_link
from psa_app.display.figures import Fact


def _one(fact: rx.Var[Fact]) -> rx.Component:
    words = rx.cond(fact.link != "", fact.link, fact.value)
    inside = link(words, href=fact.href, class_name="link")
    is_away = fact.href.startswith("http") | fact.href.startswith("mailto:") | fact.href.startswith("tel:")
    opened = rx.cond(is_away, outside_link(words, href=fact.href), inside)
    value = rx.cond(fact.href != "", opened, rx.fragment(fact.value))
    return rx.el.div(
        rx.el.dt(fact.label),
        rx.el.dd(value, class_name="t-" + fact.tone),
        class_name=rx.cond(fact.tone == "strong", "t-strong", ""),
    )


def facts(entries: rx.Var[list[Fact]] | list[Fact], quiet: bool = False, plain: bool = False) -> rx.Component:
    """A list of facts. ``quiet``: grey labels; ``plain``: no rules between the lines."""
    names = "facts" + (" quiet" if quiet else "") + (" plain" if plain else "")
    return rx.el.dl(rx.foreach(entries, _one), class_name=names)


def facts_card(title: Text, entries: rx.Var[list[Fact]] | list[Fact], **options: bool) -> rx.Component:
    """The same in a card with a title."""
    return card(facts(entries, **options), title=title, body=False)
