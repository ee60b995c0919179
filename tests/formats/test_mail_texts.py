import inspect
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from psa_app.errors import Invalid
from psa_app.formats import invoice_mails, mail_texts
from psa_app.formats.mail_letters import MailText

LINK = "https://psa.example.com/p/abc?x=1&y=2"
TO: invoice_mails.To = {"firm": "Harbour Studio", "reader": "Jonas", "link": LINK}

Maker = Callable[[str, str], MailText]


def filled(words: Callable[..., MailText]) -> Maker:
    """The mail with one value for each of its words."""
    given = inspect.signature(words).parameters
    names = [name for name, one in given.items() if one.annotation is str]
    names += ["firm", "reader", "language"] if "to" in given else []
    return lambda value, link: words(**{**dict.fromkeys(names, value), "link": link})


MAKERS = {name: filled(words) for name, words in mail_texts.TEXTS.items()}
ATTACKS = [
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "<script>alert(1)</script>",
    "'&amp;<b>",
]
PLACEHOLDERS = ["{{7*7}}", "{0.__class__}", "{draft.firm}", "%(x)s", "${x}", "%s", "{}"]


class Page(HTMLParser):
    """Which tags a page has and what a person reads on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(params=MAKERS.values(), ids=MAKERS.keys())
def make(request: pytest.FixtureRequest) -> Maker:
    maker: Maker = request.param
    return maker


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_a_value_is_shown_as_text(make: Maker, attack: str) -> None:
    plain, attacked = make("Anna", LINK), make(attack, LINK)
    assert Page(attacked.html).tags == Page(plain.html).tags
    assert attack in "".join(Page(attacked.html).words)
    assert attack in attacked.text


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_placeholder_in_a_value_is_printed_as_it_is(make: Maker, placeholder: str) -> None:
    made = make(placeholder, LINK)
    assert placeholder in made.text
    assert placeholder in made.html


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x85", "\x1b[31m"])
def test_a_line_break_in_a_value_never_reaches_the_subject(make: Maker, line_break: str) -> None:
    subject = make(f"x{line_break}Bcc: thief@evil.example", LINK).subject
    assert len(subject.splitlines()) == 1
    assert line_break[0] not in subject


def test_the_link_is_in_both_bodies(make: Maker) -> None:
    made = make("Anna", LINK)
    assert LINK in made.text.splitlines()
    assert Page(made.html).links == [LINK]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", "/p/abc", "data:text/html,x"])
def test_a_link_that_is_no_web_address_is_refused(make: Maker, link: str) -> None:
    with pytest.raises(Invalid, match="https"):
        make("Anna", link)


def test_both_bodies_say_the_same(make: Maker) -> None:
    made = make("Anna", LINK)
    shown = " ".join(" ".join(Page(made.html).words).split())
    for line in made.text.splitlines():
        for part in line.removeprefix("> ").removesuffix(":").split(": ", 1):
            assert part in shown


def test_an_invoice_mail_tells_amount_and_due_date() -> None:
    made = invoice_mails.invoice_issued("INV-2026-0142", "€20,329.05", "12 Dec 2026", "PO 88-310", **TO)
    assert made.subject == "Invoice INV-2026-0142 from Harbour Studio"
    assert made.text.startswith(
        "Hello Jonas,\n\nHere is invoice INV-2026-0142 over €20,329.05, due on 12 Dec 2026."
    )
    assert "Your order: PO 88-310" in made.text


def test_a_sandbox_mail_says_test_in_subject_and_bodies() -> None:
    made = invoice_mails.payment_received("INV-1", "€1.00", "1 Nov", **TO | {"test": True})
    assert made.subject.startswith("[TEST] ")
    assert "TEST – no real money" in made.text
    assert "TEST – no real money" in made.html


def test_the_mail_on_an_accepted_sow_carries_the_hash_of_its_text() -> None:
    accepted = mail_texts.TEXTS["sow_accepted"]
    made = accepted(
        "Harbour", "Mara", "SOW-018", "Checkout", "Jonas", "3 Jul 2026, 09:41 CEST", "9f86d081", LINK, "77aa"
    )
    assert "SHA-256 of the text: 9f86d081" in made.text
    assert "Seal of the evidence: 77aa" in made.text


def test_a_part_payment_tells_what_is_left_and_a_full_one_that_it_is_paid() -> None:
    part = invoice_mails.payment_received("INV-1", "€1.00", "1 Nov", "€2.00", **TO)
    full = invoice_mails.payment_received("INV-1", "€3.00", "1 Nov", **TO)
    assert "€2.00 is still open." in part.text
    assert "The invoice is paid." not in part.text
    assert "The invoice is paid." in full.text


def test_a_reason_of_several_lines_keeps_its_lines() -> None:
    made = mail_texts.time_rejected("Harbour", "Mara", "Jonas", "Week 46", "Wrong task.\nSee <ticket>.", LINK)
    assert "> Wrong task.\n> See <ticket>." in made.text
    assert "Wrong task.<br>See &lt;ticket&gt;." in made.html


def test_a_no_break_space_stays() -> None:
    made = mail_texts.time_rejected("Harbour", "Mara", "Jonas", "6:30\u202fh", "No.", LINK)
    assert "6:30\u202fh" in made.text
    assert "6:30\u202fh" in made.html


def test_a_reader_without_a_name_is_greeted_all_the_same() -> None:
    assert mail_texts.password_reset("Harbour", "", LINK, "60 minutes").text.startswith("Hello,\n")
