from collections.abc import Mapping
from enum import StrEnum
from itertools import product

import pytest

from psa_app.errors import Invalid
from psa_app.rules import moves
from psa_app.rules.moves import Kind

STATES: Mapping[Kind, type[StrEnum]] = {
    Kind.sow: moves.Sow,
    Kind.change_order: moves.ChangeOrder,
    Kind.milestone: moves.Milestone,
    Kind.project: moves.Project,
    Kind.entry: moves.Entry,
    Kind.expense: moves.Expense,
    Kind.invoice: moves.Invoice,
    Kind.payment: moves.Payment,
    Kind.refund: moves.Refund,
    Kind.saved_method: moves.SavedMethod,
    Kind.managed_subscription: moves.ManagedSubscription,
    Kind.leave: moves.Leave,
    Kind.task: moves.Task,
    Kind.quote: moves.Quote,
    Kind.time_request: moves.TimeRequest,
    Kind.bank_line: moves.BankLine,
}

ALLOWED = """
sow        draft      sent
sow        sent       draft signed declined
sow        signed     closed
sow        declined   draft
sow        closed
change_order draft     sent withdrawn
change_order sent      draft signed declined withdrawn
change_order signed
change_order declined  draft
change_order withdrawn
milestone  planned    ready
milestone  ready      planned accepted
milestone  accepted
project    planned    active closed
project    active     closed
project    closed     active
entry      draft      submitted
entry      submitted  draft approved
entry      approved   draft submitted invoiced
entry      invoiced   approved
expense    draft      submitted
expense    submitted  draft approved
expense    approved   submitted invoiced
expense    invoiced   approved
invoice    draft      issued
invoice    issued     void written_off
invoice    void
invoice    written_off issued
payment    created    sending succeeded failed canceled review
payment    sending    open action processing succeeded failed canceled review
payment    open       action processing succeeded failed canceled review
payment    action     open processing succeeded failed canceled review
payment    processing succeeded failed canceled review
payment    succeeded  review
payment    failed     review
payment    canceled   review
payment    review     succeeded failed canceled
refund     created    sending pending succeeded failed
refund     sending    pending succeeded failed
refund     pending    succeeded failed
refund     succeeded  failed
refund     failed
saved_method created   open active failed
saved_method open      active failed
saved_method active    removed
saved_method removed
saved_method failed    active
managed_subscription sending running failed
managed_subscription running ended
managed_subscription ended
managed_subscription failed sending
leave      requested  approved rejected
leave      approved   requested rejected
leave      rejected   requested
task       open       done
task       done       open
quote      draft      sent
quote      sent       accepted declined expired superseded
quote      accepted
quote      declined   superseded
quote      expired    superseded
quote      superseded
time_request open      approved refused silent withdrawn
time_request approved
time_request refused
time_request silent
time_request withdrawn
bank_line  open       booked ignored
bank_line  booked     open
bank_line  ignored    open
bank_line  outgoing
"""
EXPECTED = {(row.split()[0], row.split()[1]): set(row.split()[2:]) for row in ALLOWED.strip().splitlines()}


def test_every_kind_and_every_state_has_its_row() -> None:
    assert set(moves.MOVES) == set(Kind) == set(STATES)
    for kind, states in STATES.items():
        assert set(moves.MOVES[kind]) == set(states)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [(kind, old, new) for kind, states in STATES.items() for old, new in product(states, repeat=2)],
)
def test_a_document_moves_only_along_the_table(kind: Kind, old: str, new: str) -> None:
    if new in EXPECTED[(kind.value, str(old))]:
        moves.check_move(kind, old, new)
    else:
        with pytest.raises(Invalid) as error:
            moves.check_move(kind, old, new)
        assert error.value.field == "status"


@pytest.mark.parametrize(
    ("kind", "old", "new", "sentence"),
    [
        ("sow", "signed", "draft", "A signed SOW cannot go back to draft. It can become closed."),
        ("sow", "draft", "signed", "A draft SOW cannot become signed. It can become sent."),
        ("sow", "closed", "draft", "A closed SOW cannot go back to draft."),
        ("milestone", "accepted", "accepted", "This milestone is already accepted."),
        (
            "invoice",
            "issued",
            "draft",
            "An issued invoice cannot go back to draft. It can become void or written off.",
        ),
        (
            "entry",
            "invoiced",
            "draft",
            "An invoiced time entry cannot go back to draft. It can become approved.",
        ),
    ],
)
def test_a_refused_move_says_what_is_possible(kind: str, old: str, new: str, sentence: str) -> None:
    with pytest.raises(Invalid) as error:
        moves.check_move(kind, old, new)
    assert error.value.sentence == sentence
