"""Saving a list as a view: its name, and what can be done with the view that is open."""

from typing import Any

import reflex as rx

from psa_app.errors import PsaError
from psa_app.services.lowcode.saved_views import (
    change_view,
    create_view,
    delete_view,
    rename_view,
    share_view,
    unshare_view,
)
from psa_app.state.base import allow, field_errors, form_values, say, write
from psa_app.state.lowcode.kinds import STAFF, list_at
from psa_app.state.lowcode.records import RecordsState


class ViewState(rx.State):
    """The dialog of a view's name, and the question before one is deleted."""

    name: str = ""
    errors: dict[str, str] = {}
    is_open: bool = False
    is_new: bool = True
    is_deleting: bool = False
    form_key: int = 0

    @rx.event
    @allow(STAFF)
    async def add(self) -> None:
        """Opens the dialog to save the list as it is now."""
        self._open("", new=True)

    @rx.event
    @allow(STAFF)
    async def rename(self) -> None:
        """Opens the dialog with the name of the open view."""
        self._open((await self.get_state(RecordsState))._view.name, new=False)

    def _open(self, name: str, *, new: bool) -> None:
        self.name, self.is_new, self.errors = name, new, {}
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow(STAFF)
    async def save(self, data: dict[str, Any]) -> Any:
        """Makes the view, or gives the open one another name."""
        listed = await self.get_state(RecordsState)
        now, view = listed._asked.with_columns(listed._order), listed._view
        given = form_values(data, ["name", "is_shared"])
        try:
            if not self.is_new:
                await write(
                    lambda session, who: rename_view(
                        session, who, view.id, version=view.version, name=given["name"]
                    )
                )
                view_id = view.id
            else:
                view_id = await write(
                    lambda session, who: int(
                        create_view(
                            session,
                            who,
                            kind=now.kind,
                            name=given["name"],
                            is_shared=given["is_shared"] == "on",
                            **now.query,
                        ).id
                        or 0
                    )
                )
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.is_open = False
        if not self.is_new:
            await listed._load(now)
            return None
        await say(self, f"“{given['name']}” is saved.")
        return rx.redirect(now.but(view=view_id, page=now.page, cursor=now.cursor).href, replace=True)

    @rx.event
    @allow(STAFF)
    async def update(self) -> None:
        """Puts what the list shows now in place of what the open view holds."""
        listed = await self.get_state(RecordsState)
        now, view = listed._asked, listed._view
        await write(
            lambda session, who: change_view(session, who, view.id, version=view.version, **now.query)
        )
        await listed._load(now)
        await say(self, f"“{view.name}” is changed.")

    @rx.event
    @allow(STAFF)
    async def share(self, yes: bool) -> None:
        """Shows the open view to everyone who may see its list, or keeps it to its maker."""
        listed = await self.get_state(RecordsState)
        view, act = listed._view, share_view if yes else unshare_view
        await write(lambda session, who: act(session, who, view.id, version=view.version))
        await listed._load(listed._asked)
        await say(self, f"Everyone sees “{view.name}” now." if yes else f"“{view.name}” is private now.")

    @rx.event
    @allow(STAFF)
    def ask_delete(self, yes: bool) -> None:
        """Asks before the open view is deleted."""
        self.is_deleting = yes

    @rx.event
    @allow(STAFF)
    async def delete(self) -> Any:
        """Deletes the open view and shows the whole list."""
        listed = await self.get_state(RecordsState)
        kind, view = listed._asked.kind, listed._view
        self.is_deleting = False
        await write(lambda session, who: delete_view(session, who, view.id))
        await say(self, f"“{view.name}” is deleted.")
        return rx.redirect(list_at(kind), replace=True)

    @rx.event
    @allow(STAFF)
    def close(self) -> None:
        """Closes the dialog."""
        self.is_open = False
