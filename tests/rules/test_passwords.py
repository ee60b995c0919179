import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import passwords


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "tiger umbrella",
        "zwölf Boxkämpfer jagen",
        "日本語のパスワードです",
        "x7!kQ2#mZp",
        "0000000001x",
        "  leading and trailing  ",
        "k" * 3 + "q" * 197,
    ],
)
def test_a_long_unusual_password_is_taken_without_composition_rules(password: str) -> None:
    passwords.check_password(password, "anna@example.com")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "at least 10"),
        ("short", "at least 10"),
        ("x7!kQ2#mZ", "at least 10"),
        ("ab" + "xyz" * 67, "at most 200"),
        ("1234567890", "first that are guessed"),
        ("Password123", "first that are guessed"),
        ("PASSWORD123!", "first that are guessed"),
        ("Passwort2026!", "first that are guessed"),
        ("qwertyuiop", "first that are guessed"),
        ("correct horse battery staple", "first that are guessed"),
        ("aaaaaaaaaaaa", "first that are guessed"),
        ("abcabcabcabca", "first that are guessed"),
        ("123412341234", "first that are guessed"),
        ("abcdefghij", "first that are guessed"),
        ("zyxwvutsrq", "first that are guessed"),
        ("45678901234", "first that are guessed"),
        ("my anna secret", "e-mail address"),
        ("ANNA1957-tiger", "e-mail address"),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused(password: str, says: str) -> None:
    with pytest.raises(Invalid) as error:
        passwords.check_password(password, "Anna+psa@example.com")
    assert says in error.value.sentence
    assert error.value.field == "password"


def test_a_very_short_address_is_no_obstacle() -> None:
    passwords.check_password("tomorrow never knows", "to@example.com")
    passwords.check_password("tomorrow never knows", "")


def test_the_same_password_from_two_keyboards_is_one() -> None:
    assert passwords.normal("Zu\u0308rich ﬁnal") == passwords.normal("Zürich final")
    with pytest.raises(Invalid, match="guessed"):
        passwords.check_password("ｐａｓｓｗｏｒｄ１２３")


def test_every_listed_password_could_be_chosen_and_is_refused() -> None:
    listed = passwords._common()
    assert len(listed) >= 3000
    for password in listed:
        assert len(password) >= passwords.SHORTEST
        with pytest.raises(Invalid, match="guessed"):
            passwords.check_password(password.upper())


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=4), st.integers(10, 150))
def test_one_short_piece_over_and_over_is_refused(piece: str, length: int) -> None:
    with pytest.raises(Invalid, match="guessed"):
        passwords.check_password((piece * length)[:length])
