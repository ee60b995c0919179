"""A new governing agreement, made while a scope is written; what is typed in the scope stays."""

from typing import Any

import reflex as rx

from psa_app.models.resource import Resource
from psa_app.state.base import allow, say
from psa_app.state.contracts.sow_edit import SowEdit
from psa_app.state.lowcode.form import RecordForm


class ScopeAgreement(RecordForm, rx.State):
    """The form of the agreement; once it is saved the scope's form has it chosen."""

    @rx.event
    @allow("agreements.change")
    async def add(self) -> None:
        """Opens the form, for the scope's client."""
        edit = await self.get_state(SowEdit)
        await self._open_form("agreements", fixed={"account_id": edit._account})

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:  # noqa: ARG002
        edit = await self.get_state(SowEdit)
        await edit._choose_agreement(record_id)
        await say(self, "Agreement added and chosen. Save the draft to keep the choice.")
