"""Whose rates a line of a scope takes: its own with dates, the client's card, or the firm's."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, delete, select

from psa_app import db
from psa_app.errors import Invalid
from psa_app.models import Rate
from psa_app.queries.contracts.terms import LineTerm, read_text
from psa_app.queries.contracts.text import agreed_text, sow_text
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import RateInput
from psa_app.services.contracts.send import send_sow
from tests.services.contract_world import Firm, a_draft, by_time, make_firm, sow
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

STARTS = date(2026, 12, 1)
JANUARY = date(2027, 1, 1)


def with_cards(session: Session) -> Firm:
    made = make_firm(session)
    session.exec(delete(Rate))
    card(session, made, "firm_role", "Engineer", 14_000, date(2026, 1, 1), date(2026, 12, 31))
    card(session, made, "firm_role", "Engineer", 15_500, JANUARY)
    card(session, made, "firm_role", "Junior", 9_000, date(2026, 1, 1))
    return made


firm = prepared(with_cards)


def card(session: Any, firm: Firm, level: str, role: str, amount: int, *days: date) -> None:
    given = {"account_id": firm.northwind} if level == "account_role" else {}
    first, last = days[0], days[1] if len(days) > 1 else None
    session.add(
        Rate(
            level=level,
            role_id=firm.role(role),
            currency="EUR",
            amount_minor=amount,
            valid_from=first,
            valid_to=last,
            **given,
        )
    )


def own_card(firm: Firm) -> None:
    with db.unit_of_work() as session:
        card(session, firm, "account_role", "Engineer", 13_000, date(2026, 1, 1))


def on_card(firm: Firm, whose: str) -> int:
    return a_draft(firm, lines=(by_time(firm, rates=(), rate_card=whose),))


def line(text: str) -> LineTerm:
    return read_text(text).lines[0]


def rates(found: LineTerm) -> list[tuple[str, int, date | None]]:
    return [(one.role, one.amount, one.since) for one in found.rates]


def test_the_text_shows_what_the_firms_card_says_in_turn(firm: Firm) -> None:
    sow_id = on_card(firm, "firm")
    do(send_sow, firm["Olga"], sow_id)
    signed = line(ask(agreed_text, sow(sow_id)))
    assert signed.rate_card == "firm"
    assert rates(signed) == [
        ("Engineer", 14_000, None),
        ("Engineer", 15_500, JANUARY),
        ("Junior", 9_000, None),
    ]


def test_the_clients_card_goes_before_the_firms_role_by_role(firm: Firm) -> None:
    own_card(firm)
    found = line(ask(sow_text, sow(on_card(firm, "client"))))
    assert rates(found) == [("Engineer", 13_000, None), ("Junior", 9_000, None)]


def test_a_card_that_would_not_count_is_refused_beside_the_choice(firm: Firm) -> None:
    for whose, sentence in (("client", "has no card of its own"), ("firm", "goes before the firm’s")):
        with pytest.raises(Invalid, match=sentence) as refused:
            on_card(firm, whose)
        assert refused.value.field == "lines.0.rate_card"
        own_card(firm)


def test_a_card_emptied_since_stops_the_sending(firm: Firm) -> None:
    sow_id = on_card(firm, "firm")
    with db.unit_of_work() as session:
        session.exec(delete(Rate))
    with pytest.raises(Invalid, match="has no rate in EUR"):
        do(send_sow, firm["Olga"], sow_id)


def test_rates_of_the_line_follow_each_other_and_never_overlap(firm: Firm) -> None:
    engineer = firm.role("Engineer")
    before = RateInput(Money(14_000, "EUR"), engineer, valid_to=date(2026, 12, 31))
    after = RateInput(Money(15_500, "EUR"), engineer, JANUARY)
    sow_id = a_draft(firm, lines=(by_time(firm, rates=(before, after)),))
    with db.reading() as session:
        kept = session.exec(select(Rate).where(col(Rate.sow_line_id).is_not(None)).order_by(Rate.valid_from))
        days = [(one.valid_from, one.valid_to, one.amount_minor) for one in kept]
    assert days == [(STARTS, date(2026, 12, 31), 14_000), (JANUARY, None, 15_500)]
    assert rates(line(ask(sow_text, sow(sow_id)))) == [
        ("Engineer", 14_000, None),
        ("Engineer", 15_500, JANUARY),
    ]
    for wrong in ((before, RateInput(Money(1, "EUR"), engineer)), (after, after)):
        with pytest.raises(Invalid, match="two rates on the same day") as refused:
            a_draft(firm, lines=(by_time(firm, rates=wrong),))
        assert refused.value.field == "lines.0.rates.1"
