"""A header tells the field: by our own words, by those of other tools, in English and German."""

import pytest

from psa_app.rules.import_columns import Wanted, clash, guess

ACCOUNT = [
    Wanted("name", "Name", takes_parts=True),
    Wanted("street", "Street"),
    Wanted("vat_id", "VAT number"),
    Wanted("email", "E-mail"),
    Wanted("website", "Website"),
    Wanted("parent_id", "Parent", is_link=True),
    Wanted("country", "Country"),
    Wanted("notes", "Internal notes"),
    Wanted("own_crm_number", "CRM number"),
]
CONTACT = [Wanted("account_id", "Client", is_link=True), Wanted("name", "Name", takes_parts=True)]
CHANCE = [
    Wanted("account_id", "Client", is_link=True),
    Wanted("title", "Title", takes_parts=True),
    Wanted("amount_minor", "Amount", is_money=True),
    Wanted("currency", "Currency"),
]


@pytest.mark.parametrize(
    ("kind", "fields", "headers", "found"),
    [
        ("accounts", ACCOUNT, ["Name", "E-mail", "CRM number"], ["name", "email", "own_crm_number"]),
        ("accounts", ACCOUNT, ["Company name", "URL", "VAT ID"], ["name", "website", "vat_id"]),
        (
            "accounts",
            ACCOUNT,
            ["Firma", "Straße", "UID-Nummer", "Land"],
            ["name", "street", "vat_id", "country"],
        ),
        ("accounts", ACCOUNT, ["ID", "Parent", "Parent id"], ["id", "", "parent_id"]),
        ("accounts", ACCOUNT, ["Name", "Company"], ["name", ""]),
        ("accounts", ACCOUNT, ["", "Colour"], ["", ""]),
        ("contacts", CONTACT, ["First Name", "Last Name", "Company"], ["name", "name", "account_id"]),
        ("contacts", CONTACT, ["Full name", "Last name"], ["name", ""]),
        (
            "opportunities",
            CHANCE,
            ["Deal name", "Deal value", "Account"],
            ["title", "amount_minor", "account_id"],
        ),
        ("opportunities", CHANCE, ["Amount", "Amount currency"], ["amount_minor", "currency"]),
        (
            "opportunities",
            CHANCE,
            ["Amount (EUR)", "Currency", "Amount currency"],
            ["amount_minor", "currency", ""],
        ),
    ],
)
def test_headers_are_understood(
    kind: str, fields: list[Wanted], headers: list[str], found: list[str]
) -> None:
    guessed = guess(kind, headers, fields)
    assert [guessed.get(place, "") for place in range(len(headers))] == found


def test_only_a_text_is_put_together_from_two_columns() -> None:
    assert clash({0: "name", 1: "name", 2: "email"}, ["name"]) == ""
    assert clash({0: "name", 1: "email", 2: "email"}, ["name"]) == "email"
