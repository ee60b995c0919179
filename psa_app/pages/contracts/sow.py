"""One scope: written as a draft, read like paper, sent, signed, made into a project."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack, with_side
from psa_app.components.change_list import changes_card
from psa_app.components.definition import facts, facts_card
from psa_app.components.focus import focus_on
from psa_app.components.form import described_fields, form, form_error
from psa_app.components.link import text_link
from psa_app.components.menu import dots_menu, item
from psa_app.components.missing import found
from psa_app.components.record_form import record_form
from psa_app.components.scope_lines import scope_deliverables, scope_lines
from psa_app.components.scope_sheet import file_line, parts_list, scope_sheet
from psa_app.components.shell import crumbs
from psa_app.components.tabs import tabs
from psa_app.components.timeline import timeline
from psa_app.components.upload import drop_zone
from psa_app.display.frame import Crumb
from psa_app.display.scope import FileRow, Part
from psa_app.pages.contracts.sow_dialogs import dialogs, threshold_dialog
from psa_app.pages.frame import staff
from psa_app.pages.invoices.deposits import advance_dialog
from psa_app.pages.registry import page
from psa_app.pages.templates.template_dialogs import apply_billing, save_template
from psa_app.state.contracts.scope_agreement import ScopeAgreement
from psa_app.state.contracts.sow import SowState as State
from psa_app.state.contracts.sow_acts import SowActs as Acts
from psa_app.state.contracts.sow_changes import SowChangesState as Changes
from psa_app.state.contracts.sow_edit import PREFIX
from psa_app.state.contracts.sow_edit import SowEdit as Edit
from psa_app.state.contracts.sow_files import HELP
from psa_app.state.contracts.sow_files import SowFiles as Files
from psa_app.state.contracts.sow_threshold import SowThreshold as Threshold
from psa_app.state.invoices.advance import AdvanceState as Advance
from psa_app.state.templates.template_billing import ApplyBilling
from psa_app.state.templates.template_save import SaveTemplate

FORM, ZONE = "scope-form", "scope-file"


@page(
    routes.SOW,
    title="Scope of work",
    right="accounts.read",
    on_load=[State.load, Changes.load],
    live=("sow", "milestone", "project", "change_order", "agreement"),
)
def sow() -> rx.Component:
    """A draft is written here; everything else is the sheet with its evidence beside."""
    writes = State.is_draft & State.may_write
    return staff(
        State.scope_title,
        rx.cond(writes, tabs(State.tabs, State.tab, "Write or read")),
        found(
            State.is_ready,
            State.is_missing,
            rx.cond(State.tab == "write", _editor(), _reading()),
            back=routes.SOWS,
            label="All scopes",
        ),
        *dialogs(),
        advance_dialog(),
        threshold_dialog(),
        save_template(),
        apply_billing(),
        record_form(ScopeAgreement, "agreement"),
        focus_on(target=Edit.focus),
        area="clients",
        subtitle=rx.fragment(State.number, " · ", State.account),
        badge=tag(State.word, State.tone),
        way=crumbs([Crumb("Scopes of work", routes.SOWS)], State.account),
        actions=[
            rx.cond(State.is_ready, link_button("PDF", href=State.pdf, native=True, icon_name="download")),
            rx.cond(
                writes & (State.tab == "write"),
                rx.fragment(
                    button("Save draft", type="submit", form=FORM),
                    button(
                        "Save and send", look="primary", type="submit", form=FORM, on_click=Acts.then_send
                    ),
                ),
            ),
            rx.cond(writes & (State.tab == "paper"), button("Send", look="primary", on_click=Acts.ask_send)),
            rx.cond(
                State.may_make,
                button("Make the project", look="primary", on_click=Acts.ask_project),
            ),
            rx.cond(
                State.asks_deposit,
                button("Ask for the deposit", on_click=Advance.ask_agreed(State.account_id, State.sow_id)),
            ),
            _more(),
        ],
    )


def _more() -> rx.Component:
    billing = item("Billing rules from a template", icon_name="copy", on_click=ApplyBilling.ask)
    save = SaveTemplate.ask("sow", State.sow_id, State.scope_title)
    return rx.cond(
        State.may_take_back
        | State.may_delete
        | State.may_renew
        | State.may_template
        | State.may_bill
        | (State.is_draft & State.may_write),
        dots_menu(
            rx.cond(State.may_renew, item("Renew", icon_name="refresh", on_click=Acts.renew)),
            rx.cond(State.may_template, item("Save as template", icon_name="copy", on_click=save)),
            rx.cond(State.is_draft & State.may_write, billing),
            rx.cond(
                State.may_bill,
                rx.fragment(
                    item(
                        "Ask for an advance",
                        icon_name="bank",
                        on_click=Advance.begin(State.account_id, State.sow_id),
                    ),
                    item("Bill early…", icon_name="calendar", on_click=Threshold.begin),
                ),
            ),
            rx.cond(
                State.may_take_back,
                item("Take back", icon_name="undo", on_click=Acts.ask("take_back")),
                rx.cond(
                    State.may_delete,
                    item("Delete", icon_name="trash", tone="bad", on_click=Acts.ask("delete")),
                ),
            ),
            label="More for this scope",
        ),
    )


def _editor() -> rx.Component:
    errors = Edit.errors
    return stack(
        rx.cond(
            Edit.is_stale,
            notice(
                "Someone else saved this scope in the meantime. What you typed is still here, but cannot be "
                "saved over theirs.",
                tone="warn",
                actions=button("Show theirs", small=True, on_click=Edit.reload),
            ),
        ),
        rx.cond(State.agreement != "", notice(State.agreement, tone="warn")),
        form(
            form_error(errors["form"]),
            card(described_fields(Edit.head, errors, prefix=PREFIX), title="What is agreed"),
            card(
                scope_lines(
                    lines=Edit.lines,
                    roles=Edit.roles,
                    cards=Edit.cards,
                    client=Edit.client,
                    currency=Edit.currency,
                    errors=errors,
                    name="lines",
                    on_currency=Edit.choose_currency,
                ),
                title="Lines",
            ),
            card(
                scope_deliverables(rows=Edit.deliverables, errors=errors, name="deliverables"),
                title="Deliverables",
                aside="What the client gets, and what it must meet.",
            ),
            _term(),
            card(
                described_fields(Edit.deposit, errors, prefix=PREFIX),
                title="Deposit, and billing early",
                aside="Only the deposit stands on the scope itself.",
            ),
            card(described_fields(Edit.billing, errors, prefix=PREFIX), title="Billing and terms"),
            on_submit=Acts.save,
            key=Edit.form_key,
            label="this scope",
            id=FORM,
        ),
        _files(),
    )


def _term() -> rx.Component:
    """The governing agreement, which can be made here too; renewal and assumptions."""
    errors = Edit.errors
    new = button("New agreement", icon_name="plus", small=True, on_click=ScopeAgreement.add, type="button")
    return card(
        stack(
            rx.el.div(
                rx.el.div(described_fields(Edit.agreement, errors, prefix=PREFIX), key=Edit.agreement_key),
                rx.cond(Edit.may_agree, new),
                class_name="scope-agreement",
            ),
            described_fields(Edit.term, errors, prefix=PREFIX),
        ),
        title="Agreement, renewal and assumptions",
    )


def _files() -> rx.Component:
    """The files beside the scope; while it is a draft they are added here, apart from the form."""

    def one(file: rx.Var[FileRow]) -> rx.Component:
        remove = button(
            "Remove", small=True, on_click=Files.remove(file.id), aria_label="Remove " + file.name
        )
        return file_line(file, rx.cond(State.may_attach, remove))

    return card(
        rx.cond(State.files.length() > 0, rx.el.ul(rx.foreach(State.files, one), class_name="waiting parts")),
        rx.cond(
            State.may_attach,
            drop_zone(
                ZONE,
                on_drop=Files.take(rx.upload_files(upload_id=ZONE)),
                on_reject=Files.refuse,
                label="Drop a file here, or choose one",
                help_text=f"{HELP} The client gets it and signs it too, by its SHA-256.",
            ),
        ),
        form_error(Files.error),
        title="Files",
    )


def _renewal() -> rx.Component:
    """Told while there is still time for a notice, and after; and of an agreement that ends too early."""
    renew = rx.cond(State.may_renew, button("Renew", small=True, on_click=Acts.renew))
    return rx.fragment(
        rx.cond(State.agreement != "", notice(State.agreement, tone="warn")),
        rx.cond(State.renewal != "", notice(State.renewal, tone="warn", actions=renew)),
    )


def _reading() -> rx.Component:
    return with_side(
        stack(
            rx.cond(
                State.declined != "",
                notice(rx.el.b("Declined: "), State.declined, tone="bad"),
            ),
            _renewal(),
            scope_sheet(State.sheet),
        ),
        stack(
            rx.cond(State.is_signed, changes_card(Changes)),
            rx.cond(State.facts.length() > 0, facts_card("About", State.facts)),
            rx.cond(State.parts.length() > 0, _milestones()),
            rx.cond(State.files.length() > 0, _files()),
            rx.cond(
                State.evidence.length() > 0,
                card(
                    facts(State.evidence, quiet=True),
                    title="Evidence",
                    aside=rx.cond(State.pack != "", text_link("Pack", href=State.pack, native=True)),
                    body=False,
                ),
            ),
            rx.cond(State.happened.length() > 0, timeline(State.happened)),
        ),
    )


def _milestones() -> rx.Component:
    return card(parts_list(State.parts, Acts.ready, _milestone_menu, look=""), title="Milestones", body=False)


def _milestone_menu(part: rx.Var[Part]) -> rx.Component:
    take_back = rx.cond(
        (part.state == "ready") & State.may_ready,
        item("Not ready after all", icon_name="undo", on_click=Acts.not_ready(part.id)),
    )
    accept = rx.cond(
        (part.state != "accepted") & State.may_accept,
        item("Accepted elsewhere…", icon_name="check", on_click=Acts.ask_accept(part.id)),
    )
    shown = (part.state == "ready") & State.may_ready | (part.state != "accepted") & State.may_accept
    return rx.cond(shown, dots_menu(take_back, accept, label="More for " + part.title))
