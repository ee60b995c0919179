"""The frames that pages stand in, tied to their state: `staff(...)`, `portal(...)`, `bare(...)`."""

from typing import Any

import reflex as rx

from psa_app.components.auth import auth_shell
from psa_app.components.portal import PortalFrame, portal_shell
from psa_app.components.shell import Frame, shell
from psa_app.components.toast import toasts
from psa_app.state.frame import FrameState
from psa_app.state.palette import PaletteState
from psa_app.state.toasts import ToastState

FRAME = Frame(
    firm=FrameState.firm,
    mark=FrameState.mark,
    nav=FrameState.nav,
    phone_nav=FrameState.phone_nav,
    new=FrameState.new,
    name=FrameState.name,
    initials=FrameState.initials,
    role=FrameState.role_name,
    sandbox=FrameState.sandbox,
    timer=FrameState.timer,
    may_track=FrameState.may_track,
    toasts=ToastState.toasts,
    actions=FrameState.actions,
    results=PaletteState.results,
    answered=PaletteState.answered,
    on_search=PaletteState.search,
    on_pick=PaletteState.pick,
    on_timer=FrameState.toggle_timer,
    on_undo=ToastState.undo,
)
PORTAL = PortalFrame(
    firm=FrameState.firm,
    mark=FrameState.mark,
    logo=rx.Var.create(""),
    color=FrameState.color,
    nav=FrameState.nav,
    name=FrameState.name,
    initials=FrameState.initials,
    account=FrameState.account,
    sandbox=FrameState.sandbox,
    toasts=ToastState.toasts,
    on_undo=ToastState.undo,
)


def staff(title: Any, *content: Any, area: str, **options: Any) -> rx.Component:
    """A page for the firm's people; `options` are those of `components.shell.shell`."""
    return shell(title, *content, frame=FRAME, area=area, **options)


def portal(title: Any, *content: Any, area: str = "overview", **options: Any) -> rx.Component:
    """A page for a client; `options` are those of `components.portal.portal_shell`."""
    return portal_shell(title, *content, frame=PORTAL, area=area, **options)


def bare(title: Any, *content: Any, **options: Any) -> rx.Component:
    """One card in the middle; `options` are those of `components.auth.auth_shell`."""
    return rx.fragment(auth_shell(title, *content, **options), toasts(ToastState.toasts))
