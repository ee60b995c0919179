"""Forms of numbers, and who may stand above whom."""

import pytest

from psa_app.errors import Invalid
from psa_app.rules.accounts import MAX_DEPTH, check_parent, numbers_country, tax_number, vat_country


@pytest.mark.parametrize(
    ("kind", "country", "number", "kept"),
    [
        ("vat", "AT", "u62895905", "ATU62895905"),
        ("tax", "AT", "12 345/6789", "12 345/6789"),
        ("tax", "DE", "181/815/08155", "181/815/08155"),
        ("tax", "US", "12-3456789", "12-3456789"),
        ("tax", "JP", "whatever they write", "whatever they write"),
        ("register", "AT", "FN 123456a", "FN 123456a"),
        ("register", "DE", "HRB 12345", "HRB 12345"),
        ("register", "DE", "München HRB 12345 B", "München HRB 12345 B"),
        ("register", "CH", "CHE-123.456.789", "CHE-123.456.789"),
        ("leitweg", "DE", "04011000-1234512345-06", "04011000-1234512345-06"),
        ("peppol", "AT", "9914:ATU12345678", "9914:ATU12345678"),
    ],
)
def test_a_number_in_the_form_of_its_country_is_kept(kind, country, number, kept):
    assert tax_number(kind, country, number) == kept


@pytest.mark.parametrize(
    ("kind", "country", "number", "part"),
    [
        ("vat", "AT", "U123", "ATU12345678"),
        ("tax", "AT", "12 345/678", "12 345/6789"),
        ("tax", "DE", "12345", "181/815/08155"),
        ("register", "DE", "12345", "HRB 12345"),
        ("leitweg", "DE", "04011000-1234512345-07", "check digits"),
        ("leitweg", "DE", "4", "04011000"),
        ("peppol", "AT", "ATU12345678", "four digits"),
        ("tax", "AT", "", "Fill this in"),
        ("tax", "AT", "<b>123456789</b>", "12 345/6789"),
        ("tax", "AT", "１２３４５６７８９", "12 345/6789"),
    ],
)
def test_another_form_is_refused_with_an_example(kind, country, number, part):
    with pytest.raises(Invalid) as caught:
        tax_number(kind, country, number)
    assert part in caught.value.sentence
    assert caught.value.field == "number"


def test_a_leitweg_id_is_germanys():
    assert numbers_country("leitweg", "DE") == "DE"
    with pytest.raises(Invalid, match="choose DE"):
        numbers_country("leitweg", "AT")


def test_a_vat_number_may_be_of_another_country_than_the_address():
    assert vat_country("ATU62895905", "DE") == ""
    assert vat_country("DE136695976", "DE") == "DE"


def test_an_account_is_not_its_own_parent():
    with pytest.raises(Invalid, match="its own parent") as caught:
        check_parent(1, [(1, "A")])
    assert caught.value.field == "parent_id"


def test_a_circle_of_parents_is_refused_with_the_way_it_goes():
    with pytest.raises(Invalid, match="C already belongs to this client, by way of B"):
        check_parent(1, [(3, "C"), (2, "B"), (1, "A")])
    with pytest.raises(Invalid, match=r"C already belongs to this client\. Choose") as caught:
        check_parent(1, [(3, "C"), (1, "A")])
    assert caught.value.field == "parent_id"


def test_levels_end_somewhere():
    above = [(one, "x") for one in range(2, MAX_DEPTH + 1)]
    check_parent(1, above)
    with pytest.raises(Invalid, match="levels"):
        check_parent(1, above, height=2)
