"""What the payment service's balance adds to the books: fees, exchange there, payouts, and their arrival.

Its balance is an account of its own. A payment stands there in full, its fee is taken off as a charge, and a
payout moves what is left to an account for money on its way, from where the bank's statement line takes it.
"""

from datetime import date

from psa_app.rules.ledger import Entry, Posting

# Kinds of balance lines, in the provider's words, that are charges as a whole.
CHARGES = ("stripe_fee", "tax_fee", "network_cost", "application_fee", "stripe_balance_payment_debit")
PAYOUTS = ("payout", "payout_failure", "payout_cancel", "payout_minimum_balance_hold")


def charged(on: date, fee: int, in_base: int, currency: str, party: str, number: str) -> Entry:
    """A fee that was taken off at the payment service; below zero it was given back."""
    postings = (Posting("charges", in_base, fee, currency), Posting("provider", -in_base, -fee, currency))
    return Entry(on, number, party, "Payment fee", postings)


def exchanged(on: date, gain: int, base: str, party: str, number: str) -> Entry:
    """The payment service changed a currency at its own rate: what that brought more than the books said.

    100.00 USD stand at 95.00 and reach the balance as 92.00: 3.00 lost.
    """
    postings = (Posting("provider", gain, 0, base), Posting("fx", -gain, 0, base))
    return Entry(on, number, party, "Exchanged at the payment service", postings)


def elsewhere(on: date, amount: int, in_base: int, currency: str, number: str, text: str) -> Entry:
    """Money on the balance that is no payment of ours: a person sorts it out."""
    postings = (
        Posting("provider", in_base, amount, currency),
        Posting("suspense", -in_base, -amount, currency),
    )
    return Entry(on, number, "", text, postings)


def paid_out(on: date, amount: int, in_base: int, held: int, currency: str, base: str, number: str) -> Entry:
    """Money leaves for the bank: `in_base` at the day's rate, `held` as it stood in the books.

    Above zero it leaves; below zero a payout that failed comes back.
    """
    postings = [Posting("transit", in_base, amount, currency), Posting("provider", -held, -amount, currency)]
    if in_base != held:
        postings.append(Posting("fx", held - in_base, 0, base))
    text = "Payout" if amount >= 0 else "Payout that came back"
    return Entry(on, number, "", text, tuple(postings))


def arrived(on: date, amount: int, in_base: int, left: int, currency: str, base: str, number: str) -> Entry:
    """A payout at the bank: `in_base` at the day's rate, `left` as it left the payment service."""
    postings = [Posting("bank", in_base, amount, currency), Posting("transit", -left, -amount, currency)]
    if in_base != left:
        postings.append(Posting("fx", left - in_base, 0, base))
    return Entry(on, number, "", "Payout at the bank", tuple(postings))
