"""What the pages of a scope, a quote and a change order do alike: send it, answer a question about it.

The handlers, each with its right, stand in the page's own state.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.display.quote import Question
from psa_app.errors import Invalid, PsaError
from psa_app.models import Firm
from psa_app.queries.contracts.one import ContactRow
from psa_app.rules import fields
from psa_app.services.contracts.send import OPEN_FOR
from psa_app.state.base import field_errors, form_values, read, write

SHOWN = ("contact_ids", "valid_until", "answer", "form")


class DocumentActs(rx.State, mixin=True):
    """The dialogs of a document's page; one is open at a time."""

    dialog: str = ""  # send | answer | what else the page asks
    contacts: list[Option] = []
    chosen: list[str] = []
    nobody: str = ""
    until: str = ""
    question: str = ""
    errors: dict[str, str] = {}
    _question: int = 0

    def _ask(self, dialog: str, *known: str) -> None:
        self.errors, self.dialog = {}, dialog if dialog in known else ""

    async def _offer(
        self,
        contacts: Sequence[ContactRow],
        account_id: int,
        approver: str,
        reader: str,
        *,
        first: int | None = None,
        until: date | None = None,
    ) -> None:
        """Opens the question to whom it goes: to the contact `first` or all approvers, until 30 days from
        now. `approver` and `reader` say what a contact may do, such as "may sign"."""
        today = clock.today(await read(_zone))
        self.contacts = [
            Option(str(one.id), one.name, f"{one.email} · {approver if one.is_approver else reader}")
            for one in contacts
        ]
        able = [one.id for one in contacts if one.is_approver]
        self.chosen = [str(one) for one in ([first] if first in able else able)]
        self.nobody = "" if able else routes.client(account_id)
        kept = until if until and until > today else today + OPEN_FOR
        self.until, self.errors, self.dialog = kept.isoformat(), {}, "send"

    async def _sent(
        self, data: Mapping[str, Any], send: Callable[..., object], row_id: int, act: str, *more: str
    ) -> str:
        """Sends it to the ticked contacts; to how many, in words, or "" when something is wrong.

        `act` is what one of them must be able to do, `more` what else the dialog asks and `send` takes.
        """
        ids = tuple(int(one.value) for one in self.contacts if data.get(f"contact-{one.value}") == "on")
        values = form_values(data, ("valid_until", *more))
        try:
            until = fields.optional_date(values.pop("valid_until"), "valid_until")
            if not ids:
                raise Invalid(f"Choose at least one person who may {act}.", "contact_ids")
            await write(
                lambda session, who: send(session, who, row_id, contact_ids=ids, valid_until=until, **values)
            )
        except PsaError as error:
            self._refused(error, *more)
            return ""
        self.dialog = ""
        return "1 person" if len(ids) == 1 else f"{len(ids)} people"

    def _ask_answer(self, questions: Sequence[Question], question_id: str) -> None:
        """Opens the form for an answer."""
        self._question = fields.whole(question_id, "question")
        self.question = next((one.text for one in questions if one.id == question_id), "")
        self.errors, self.dialog = {}, "answer"

    async def _answered(self, data: Mapping[str, Any], answer: Callable[..., object], row_id: int) -> bool:
        """Answers the question that was opened; False when something is wrong."""
        text, question_id = form_values(data, ("answer",))["answer"], self._question
        try:
            await write(lambda session, who: answer(session, who, row_id, question_id=question_id, text=text))
        except PsaError as error:
            self._refused(error)
            return False
        self.dialog = ""
        return True

    def _refused(self, error: PsaError, *more: str) -> None:
        """Errors beside the dialog's fields; what no field of it shows stands above its buttons."""
        shown = (*SHOWN, *more)
        told = field_errors(error)
        self.errors = {name if name in shown else "form": sentence for name, sentence in told.items()}


def _zone(session: Session, _: Actor) -> str:
    return session.exec(select(Firm.time_zone)).one()
