"""Who may do what with money that comes by the payment service or the bank: each act for each role."""

import pytest

from psa_app.access import ACTS, Actor, may
from psa_app.api.rest.operations import load_acts

ROLES = ("owner", "finance", "lead", "member", "client")
BOOKS = "owner finance"
TABLE = {
    "invoices.record_payment": BOOKS,
    "invoices.use_credit": BOOKS,
    "invoices.take_over": BOOKS,
    "invoices.write_off": BOOKS,
    "invoices.reopen": BOOKS,
    "payments.take_over": BOOKS,
    "payments.intend": "client",
    "payments.refund": BOOKS,
    "payments.reverse": BOOKS,
    "payments.dismiss": BOOKS,
    "saved_methods.make_default": "owner finance client",
    "saved_methods.remove": "owner finance client",
    "autopay.set": "owner finance client",
    "provider_findings.settle": BOOKS,
    "bank_lines.book": BOOKS,
    "bank_lines.is_payout": BOOKS,
    "bank_lines.undo": BOOKS,
    "sow_lines.hand_over": BOOKS,
    "sow_lines.change_plan": BOOKS,
    "sow_lines.pause": BOOKS,
    "sow_lines.resume": BOOKS,
    "sow_lines.cancel": BOOKS,
    "firm.close_books": BOOKS,
    "firm.open_books": "owner",
}


@pytest.mark.parametrize("act", TABLE)
def test_each_act_is_for_these_roles_and_no_others(act):
    load_acts()
    allowed = [role for role in ROLES if may(Actor("Someone", role), ACTS[act].right)]
    assert allowed == TABLE[act].split()
