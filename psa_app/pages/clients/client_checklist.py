"""The onboarding checklist on a client's page."""

import reflex as rx

from psa_app.components.checklist import checklist
from psa_app.pages.templates.template_dialogs import save_template
from psa_app.state.clients.checklist import ChecklistState
from psa_app.state.templates.template_save import SaveTemplate


def client_checklist() -> rx.Component:
    """The card with its dialogs; the page loads it by `ChecklistState.load`."""
    ask = SaveTemplate.ask("onboarding", ChecklistState.client, "Client onboarding")
    return rx.fragment(checklist(ChecklistState, ask), save_template())
