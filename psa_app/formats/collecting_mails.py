"""The words of mails about collecting by itself."""

from collections.abc import Callable

from psa_app.formats.mail_letters import Letter, MailText, mail_of


def debit_announced(
    firm: str,
    reader: str,
    number: str,
    amount: str,
    day: str,
    account: str,
    mandate: str,
    link: str,
    test: bool = False,
) -> MailText:
    """To a client contact: a direct debit, announced ahead with its amount, day and mandate."""
    return mail_of(
        Letter(
            firm=firm,
            subject=f"We collect {amount} on {day}",
            greeting=reader,
            opening=f"We will collect {amount} for invoice {number} on {day} by direct debit from {account}. "
            "Please see that the account covers it.",
            link=link,
            button="See the invoice",
            facts=(
                ("Invoice", number),
                ("Amount", amount),
                ("On", day),
                ("From", account),
                ("Mandate", mandate),
            ),
            closing="Not right? Just reply to this mail before that day.",
            test=test,
        )
    )


def collection_failed(
    firm: str,
    reader: str,
    number: str,
    amount: str,
    why: str,
    account: str,
    link: str,
    again: str = "",
    confirm: bool = False,
    test: bool = False,
) -> MailText:
    """To a client contact: a collection that failed; `again` is the day of the next try, "" for none."""
    if confirm:
        after = "Please confirm it on the payment page; it takes a minute."
    elif again:
        after = f"We try again on {again}. You can also pay now, in another way."
    else:
        after = "We do not try again. Please pay in another way, or save another card or account."
    return mail_of(
        Letter(
            firm=firm,
            subject=f"We could not collect invoice {number}",
            greeting=reader,
            opening=f"We could not collect {amount} for invoice {number} from {account}: {why}. {after}",
            link=link,
            button="Pay the invoice",
            facts=(("Invoice", number), ("Amount", amount), ("From", account), ("Next try", again)),
            test=test,
        )
    )


def method_expires(
    firm: str, reader: str, account: str, until: str, link: str, test: bool = False
) -> MailText:
    """To a client contact: a saved card that expires soon."""
    return mail_of(
        Letter(
            firm=firm,
            subject=f"{account} expires",
            greeting=reader,
            opening=f"Your saved {account} is good until {until}. Please save another one, so that invoices "
            "are paid by themselves as before.",
            link=link,
            button="Save another one",
            test=test,
        )
    )


def payment_refunded(
    firm: str, reader: str, number: str, amount: str, link: str, test: bool = False
) -> MailText:
    """To a client contact: money that was given back."""
    return mail_of(
        Letter(
            firm=firm,
            subject=f"Refund for invoice {number}",
            greeting=reader,
            opening=f"{firm} has given {amount} back for invoice {number}. It takes some days to arrive.",
            link=link,
            button="See the invoice",
            facts=(("Invoice", number), ("Given back", amount)),
            test=test,
        )
    )


def payment_alert(firm: str, reader: str, title: str, sentence: str, link: str) -> MailText:
    """To owner and finance: money that needs a person."""
    return mail_of(
        Letter(firm=firm, subject=title, greeting=reader, opening=sentence, link=link, button="Look at it")
    )


TEXTS: dict[str, Callable[..., MailText]] = {
    "payment_refunded": payment_refunded,
    "payment_alert": payment_alert,
    "debit_announced": debit_announced,
    "collection_failed": collection_failed,
    "method_expires": method_expires,
}
