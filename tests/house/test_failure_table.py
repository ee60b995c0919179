"""What may go wrong between the app and the payment service, and the tests over real HTTP that show each.

Every one speaks by the real Stripe library to the sandbox, with the checker of Stripe's rules between them.
"""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FAILURES = "services/test_payments_failures.py"
MESSAGES = "services/test_payments_messages.py"
COLLECT = "services/test_payments_collect.py"
REFUND = "services/test_payments_refund.py"
SAVED = "services/test_payments_saved.py"
RECONCILE = "services/test_payments_reconcile.py"
MANAGED = "services/test_subscriptions_managed.py"
THERE = "services/test_subscriptions_changed_there.py"
WEBHOOKS = "gateways/test_stripe_webhooks.py"

TABLE: dict[str, tuple[tuple[str, str], ...]] = {
    "crash before the call": (
        (FAILURES, "test_a_crash_before_the_call_is_swept"),
        (MESSAGES, "test_an_order_that_never_arrived_is_given_up_after_a_day"),
    ),
    "crash between the charge and its commit": (
        (FAILURES, "test_a_crash_between_the_call_and_its_commit_gives_the_same_page"),
        (SAVED, "test_a_charge_whose_reply_was_lost_for_a_day_is_found_by_its_mark"),
    ),
    "crash before the commit of the facts": (
        (FAILURES, "test_a_crash_before_the_facts_are_committed_is_read_again"),
    ),
    "the message comes first": ((MESSAGES, "test_a_message_before_our_own_commit_is_tried_again"),),
    "timeout, reply lost, 429, 500, 503": (
        (FAILURES, "test_a_provider_that_answers_badly_leaves_the_payment_in_doubt"),
        (MESSAGES, "test_a_lost_reply_opens_one_page_only"),
        (MESSAGES, "test_too_many_requests_are_waited_out"),
        (SAVED, "test_a_lost_reply_charges_once"),
        (SAVED, "test_a_busy_provider_is_asked_again"),
        (MANAGED, "test_an_order_whose_answer_is_lost_makes_one_subscription"),
    ),
    "decline": (
        (COLLECT, "test_a_declined_card_leaves_the_page_open"),
        (SAVED, "test_a_soft_decline_is_tried_again_on_its_day_and_told"),
    ),
    "hard decline": ((SAVED, "test_a_hard_decline_stops_at_once_until_another_way_is_saved"),),
    "double click, six at once": (
        (FAILURES, "test_six_who_press_at_once_open_one_page_and_charge_once"),
        (COLLECT, "test_two_tabs_get_one_page"),
    ),
    "message lost": (
        (MESSAGES, "test_a_lost_message_is_made_good_by_the_sweeper"),
        (MESSAGES, "test_a_message_that_never_came_is_fetched_at_night"),
    ),
    "message three times and backwards": (
        (FAILURES, "test_a_message_that_comes_three_times_and_backwards_counts_once"),
        (MANAGED, "test_a_message_brings_the_next_invoice_and_the_same_twice_changes_nothing"),
    ),
    "message forged, unsigned, old, of another mode or account": (
        (MESSAGES, "test_a_forged_message_is_refused"),
        (FAILURES, "test_an_old_message_played_again_is_refused"),
        (MESSAGES, "test_messages_of_the_other_mode_or_of_another_account_are_not_kept"),
        (WEBHOOKS, "test_without_a_secret_nothing_is_accepted"),
    ),
    "refund in part and whole, dispute": (
        (COLLECT, "test_a_refund_and_a_dispute_open_the_invoice_again"),
        (REFUND, "test_parts_go_back_up_to_what_stands_and_no_further"),
        (REFUND, "test_a_dispute_is_told_shown_and_followed_to_its_end"),
    ),
    "refund started in the app": (
        (REFUND, "test_a_refund_stands_as_a_row_before_anything_is_sent_and_is_given_back_once"),
        (REFUND, "test_a_lost_reply_gives_back_once"),
    ),
    "refund that fails later": (
        (REFUND, "test_a_refund_that_fails_later_is_money_again_and_staff_are_told"),
    ),
    "in part, the rest, too much": ((COLLECT, "test_a_bank_transfer_meanwhile_closes_the_page"),),
    "the invoice changes while a page is open": (
        (COLLECT, "test_a_void_invoice_closes_its_page"),
        (FAILURES, "test_a_page_is_closed_at_the_provider_when_its_invoice_is_void"),
        (FAILURES, "test_money_on_a_page_that_was_about_to_close_is_kept_for_a_person"),
        (COLLECT, "test_money_that_came_for_a_void_invoice_is_kept_and_looked_at"),
    ),
    "another currency, another amount": (
        (COLLECT, "test_an_amount_that_differs_is_looked_at_by_a_person"),
        (COLLECT, "test_money_in_another_currency_than_was_asked_counts_once_a_person_takes_it"),
    ),
    "two installations at one account": (
        (COLLECT, "test_money_of_another_currency_or_installation_is_not_booked"),
    ),
    "key switched from test to live": (
        (FAILURES, "test_a_key_of_the_other_mode_does_not_move_what_was_begun"),
        (SAVED, "test_a_way_to_pay_of_the_other_mode_is_never_charged"),
    ),
    "flood of 5,000 messages": ((FAILURES, "test_a_flood_of_5000_messages_is_few_calls_and_loses_none"),),
    "clocks that differ": ((FAILURES, "test_clocks_may_differ_by_five_minutes_in_either_direction"),),
    "secret exchanged": (
        (FAILURES, "test_while_a_secret_is_exchanged_both_count_and_then_the_new_one_alone"),
    ),
    "credited, given up, paid elsewhere or another card chosen at the payment service itself": (
        (THERE, "test_a_credit_note_on_an_open_invoice_is_owed_no_more"),
        (THERE, "test_a_credit_note_that_goes_back_to_the_card_is_a_refund_too"),
        (THERE, "test_what_was_paid_past_the_payment_service_is_a_payment_without_a_charge"),
        (THERE, "test_an_invoice_that_is_given_up_there_is_owed_no_more"),
        (THERE, "test_a_default_chosen_there_is_shown_here_and_one_chosen_here_is_told_there"),
    ),
    "the books drift from the payment service's own": (
        (RECONCILE, "test_a_drift_is_named_on_the_page_and_by_the_command"),
        (THERE, "test_each_night_what_is_open_there_is_compared_with_what_is_open_here"),
    ),
}


@pytest.mark.parametrize("failure", TABLE)
def test_each_failure_is_shown_by_tests_that_exist(failure):
    for path, name in TABLE[failure]:
        text = (TESTS / path).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), f"{path}: {name}"
