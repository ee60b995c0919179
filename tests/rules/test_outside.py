"""What a website, a mail address or a phone number opens, and what it never opens."""

import pytest

from psa_app.errors import Invalid
from psa_app.rules.outside import check_website, outside, shown


@pytest.mark.parametrize(
    ("form", "value", "opens"),
    [
        ("website", "northwind.com", "https://northwind.com"),
        ("website", " http://shop.northwind.co.uk/en?a=1 ", "http://shop.northwind.co.uk/en?a=1"),
        ("website", "northwind.com:8443/x", "https://northwind.com:8443/x"),
        ("website", "müller.at", "https://müller.at"),
        ("website", "javascript:alert(1)", ""),
        ("website", "JavaScript://x.com/%0aalert(1)", ""),
        ("website", "data:text/html,x", ""),
        ("website", "ftp://northwind.com", ""),
        ("website", "https://bank.com@evil.com", ""),
        ("website", 'northwind.com"onclick', ""),
        ("website", "our intranet", ""),
        ("website", "", ""),
        ("email", "nora+x@northwind.com", "mailto:nora+x@northwind.com"),
        ("email", "nora@northwind.com?cc=all@x.com", ""),
        ("phone", "+43 (0)660 123 45 67", "tel:+436601234567"),
        ("phone", "01 / 234-567", "tel:01234567"),
        ("phone", "ask Nora", ""),
        ("phone", "12", ""),
        ("", "northwind.com", ""),
    ],
)
def test_an_address_opens_only_what_it_says(form: str, value: str, opens: str) -> None:
    assert outside(form, value) == opens


def test_a_website_is_shown_as_people_say_it() -> None:
    assert shown("website", "https://www.northwind.com/") == "northwind.com"
    assert shown("website", "javascript:alert(1)") == "javascript:alert(1)"


def test_what_is_no_web_address_is_refused_beside_its_field() -> None:
    check_website("northwind.com", "website")
    check_website("", "website")
    with pytest.raises(Invalid) as caught:
        check_website("javascript:alert(1)", "website")
    assert caught.value.field == "website"
