"""The switch between light, dark and what the system says."""

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.scripts import script

_NEEDS = Icon  # theme.jsx draws it


class ThemeSwitch(rx.NoSSRComponent):
    """Three small buttons; the choice is remembered in this browser, the server hears nothing."""

    library = script(__name__, "theme.jsx")
    tag = "ThemeSwitch"


theme_switch = ThemeSwitch.create
