"""Every handler that a browser can name says who may call it, and every page agrees with its handlers."""

import re

import pytest
from reflex_base.event import EventHandler, EventSpec
from reflex_base.registry import RegistrationContext

from psa_app.access import ROLES
from psa_app.pages.registry import PAGES, discover
from psa_app.state.declared import access_of, framework_handlers, roles_for
from tests.support.app_server import name_of

# What anyone on the network may call. Each of them must be harmless in any hands: think twice, then add.
PUBLIC = {
    "auth.door_state.load",
    "auth.reset_state.ask",
    "auth.reset_state.load",
    "auth.sign_in_state.load",
    "auth.welcome_state.choose",
    "auth.welcome_state.load",
    "frame.frame_state.load",
    # A mail's link: each of them proves its token anew and acts for that contact on that document only.
    "open_link.open_link_state.load",
    "open_link.open_link_state.wait",
    "open_link.open_change_state.accept",
    "open_link.open_change_state.ask",
    "open_link.open_change_state.close",
    "open_link.open_change_state.decline",
    "open_link.open_change_state.open_dialog",
    "open_link.open_quote_state.accept",
    "open_link.open_quote_state.ask",
    "open_link.open_quote_state.choose",
    "open_link.open_quote_state.close",
    "open_link.open_quote_state.decline",
    "open_link.open_quote_state.open_dialog",
    "open_link.open_scope_state.accept",
    "open_link.open_scope_state.accept_part",
    "open_link.open_scope_state.open_dialog",
    "open_link.open_scope_state.ask_part",
    "open_link.open_scope_state.close",
    "open_link.open_scope_state.decline",
    "open_link.open_time_state.approve",
    "open_link.open_time_state.approve_chosen",
    "open_link.open_time_state.ask_refuse",
    "open_link.open_time_state.ask_refuse_chosen",
    "open_link.open_time_state.choose",
    "open_link.open_time_state.choose_all",
    "open_link.open_time_state.close",
    "open_link.open_time_state.refuse",
    "toasts.toast_state.show",
}
FRAMEWORK = {
    "state.hydrate",
    "state.hydrate_and_load",
    "state.set_is_hydrated",
    "on_load_internal_state.on_load_internal",
    "on_load_internal_state.set_is_hydrated",
    "frontend_event_exception_state.handle_frontend_exception",
}
PUBLIC_PAGES = {"/sign-in", "/reset", "/welcome", "/not-allowed", "/open/[token]", "404"}


@pytest.fixture(scope="module", autouse=True)
def _everything():
    from psa_app import psa_app

    assert psa_app.app
    discover()


def ours() -> dict[str, tuple[str, ...] | None]:
    """Our own handlers: short name → access."""
    names = [name for name in RegistrationContext.get().event_handlers if ".psa_app___" in name]
    return {short(name): access_of(name) for name in names if not name.endswith(".setvar")}


def short(name: str) -> str:
    return re.sub(r"^.*\.psa_app___state___(?:[a-z]+___)?(.+)____(.+)$", r"\1.\2", name)


def test_every_handler_says_who_may_call_it():
    undeclared = sorted(name for name, access in ours().items() if access is None)
    assert undeclared == [], "declare @allow, @signed_in or @public, or begin the name with _"


def test_what_everyone_may_call_is_a_short_list():
    assert {name for name, access in ours().items() if access == ()} == PUBLIC


def test_of_the_frameworks_handlers_only_six_are_open():
    assert {name.rpartition("____")[2] for name in framework_handlers()} == FRAMEWORK
    others = [
        name
        for name in RegistrationContext.get().event_handlers
        if ".psa_app___" not in name and ".tests___" not in name and name not in framework_handlers()
    ]
    assert {name: access_of(name) for name in others} == dict.fromkeys(others)


def test_nobody_sets_a_var_from_outside():
    setters = [name for name in RegistrationContext.get().event_handlers if name.endswith(".setvar")]
    assert setters
    assert {access_of(name) for name in setters} == {None}


def test_only_the_pages_before_signing_in_are_open_to_everyone():
    assert {route for route, page in PAGES.items() if page.access == ()} == PUBLIC_PAGES


@pytest.mark.parametrize("role", ROLES)
def test_who_may_open_a_page_may_load_its_data(role):
    """Otherwise the page opens and then turns its reader away."""
    torn = []
    for page in PAGES.values():
        for event in page.on_load if role in page.roles else ():
            assert isinstance(event, EventHandler | EventSpec), f"{page.route}: {event!r} is no event"
            handler = event.handler if isinstance(event, EventSpec) else event
            if role not in roles_for(access_of(name_of(handler))):
                torn.append(f"{page.route}: {handler.fn.__qualname__}")
    assert torn == []


def test_the_data_of_a_page_is_no_more_open_than_the_page():
    """A handler that loads a page may serve several pages; then each role has one of them."""
    wider = {}
    for page in PAGES.values():
        for event in page.on_load:
            handler = event.handler if isinstance(event, EventSpec) else event
            name = name_of(handler)
            opened = set().union(*(p.roles for p in PAGES.values() if _loads(p, name)))
            if not roles_for(access_of(name)) <= opened:
                wider[short(name)] = sorted(roles_for(access_of(name)) - opened)
    assert wider == {}


def _loads(page, name):
    handlers = (event.handler if isinstance(event, EventSpec) else event for event in page.on_load)
    return any(name_of(handler) == name for handler in handlers)
