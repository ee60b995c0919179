"""Names, domains and what makes two companies look like one."""

import pytest

from psa_app.rules.duplicates import LEAST, Human, Party, domain_of, likeness, normal_name, people_alike


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("Northwind GmbH", "northwind"),
        ("NORTHWIND, Ltd.", "northwind"),
        ("Northwind s.r.o.", "northwind"),
        ("Northwind s. r. o.", "northwind"),
        ("Northwind spol. s r.o.", "northwind"),
        ("Northwind Sp. z o.o.", "northwind"),
        ("Northwind S.p.A.", "northwind"),
        ("Northwind A/S", "northwind"),
        ("The Northwind Company, Inc.", "northwind"),
        ("Northwind GmbH & Co. KG", "northwind"),
        ("Müller & Söhne AG", "muller sohne"),
        ("Mueller und Soehne", "muller sohne"),
        ("Café Zoë", "cafe zo"),
        ("Straße 7", "strasse 7"),
        ("O'Neill", "oneill"),
        ("Ørsted A/S", "orsted"),
        ("GmbH", "gmbh"),
        ("AG & Co. KG", "ag"),
        ("  ", ""),
        ("株式会社", "株式会社"),
    ],
)
def test_a_name_is_compared_without_what_says_nothing(name, normal):
    assert normal_name(name) == normal


@pytest.mark.parametrize(
    ("website", "email", "domain"),
    [
        ("https://www.northwind.example/en?x=1", "", "northwind.example"),
        ("northwind.example", "", "northwind.example"),
        ("HTTP://Shop.Northwind.co.uk:8080", "", "northwind.co.uk"),
        ("", "Anna@Mail.Northwind.example", "northwind.example"),
        ("", "anna@gmail.com", ""),
        ("https://gmail.com", "office@northwind.example", "northwind.example"),
        ("https://müller.de", "", "xn--mller-kva.de"),
        ("localhost", "", ""),
        ("http://10.0.0.1/", "", ""),
        ("..", "", ""),
        ("", "", ""),
        ("a" * 300 + ".de", "", ""),
    ],
)
def test_the_domain_is_the_companys_own(website, email, domain):
    assert domain_of(website, email) == domain


NORTHWIND = Party(
    "Northwind", "Northwind GmbH", "northwind.example", "DE136695976", frozenset({"a@n.example"})
)


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (Party("northwind"), ("same name",)),
        (Party("Northwind Ltd."), ("nearly the same name",)),
        (Party("Nordwind", domain="northwind.example"), ("same domain",)),
        (Party("X", vat_id="DE136695976"), ("same VAT number",)),
        (Party("X", emails=frozenset({"a@n.example"})), ("same contact a@n.example",)),
        (Party("Northwind AG", domain="northwind.example"), ("same domain", "nearly the same name")),
        (Party("Kestrel"), ()),
        (Party(""), ()),
    ],
)
def test_two_companies_are_compared_and_told_why(other, reasons):
    found = likeness(NORTHWIND, other)
    assert found.reasons == reasons
    assert (found.score >= LEAST) == bool(reasons)
    assert likeness(other, NORTHWIND) == found


def test_more_reasons_weigh_more_and_unlike_vat_numbers_less():
    domain = likeness(NORTHWIND, Party("X", domain="northwind.example")).score
    both = likeness(NORTHWIND, Party("Northwind AG", domain="northwind.example")).score
    apart = likeness(NORTHWIND, Party("Northwind AG", domain="northwind.example", vat_id="ATU62895905")).score
    assert apart < domain < both <= 100


def test_an_empty_domain_or_vat_number_makes_nobody_alike():
    assert likeness(Party("A"), Party("B")).score == 0


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (Human("Dr. Nóra Berg", "a1@x.at"), Human("nora berg", "b1@x.at"), ("same name",)),
        (Human("N. Berg", "n1@x.at"), Human("Nora Berg", "n2@x.at"), ("nearly the same name",)),
        (Human("Nils Berg", "nils@x.at"), Human("Nora Berg", "nora@x.at"), ()),
        (
            Human("Nora", "nora.berg@x.at"),
            Human("Mag. Lang", "NoraBerg@x.com"),
            ("same name in the address",),
        ),
        (Human("A B", "office@x.at"), Human("C D", "office@x.com"), ()),
        (Human("A B", "ann@x.at"), Human("C D", "Ann@x.at"), ("same address", "same name in the address")),
        (Human("A B", phone="+43 660 123 4567"), Human("C D", phone="0660/1234567"), ("same phone",)),
    ],
)
def test_two_contacts_look_like_one_person_by(one: Human, other: Human, reasons: tuple[str, ...]) -> None:
    assert people_alike(one, other).reasons == reasons == people_alike(other, one).reasons


def test_a_shared_phone_alone_makes_nobody_a_twin() -> None:
    one, other = Human("A B", phone="+43 1 234567"), Human("C D", phone="+43 1 234567")
    assert people_alike(one, other).score < LEAST <= people_alike(Human("N. Berg"), Human("Nora Berg")).score
