"""Settings: documented, read once, refused in words."""

import re
from pathlib import Path

import pytest

from psa_app import config
from psa_app.config import EXAMPLE_KEY, NAMES, read
from psa_app.errors import Invalid

ROOT = Path(__file__).resolve().parents[2]
LONG = "k" * 32
PRODUCTION = {"PSA_ENV": "production", "PSA_SECRET_KEY": LONG, "PSA_BASE_URL": "https://psa.example.com"}


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented_where_people_look(name):
    assert re.search(rf"^{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert re.search(rf"^\| `{name}` \|", (ROOT / "docs/operating.md").read_text(), re.MULTILINE)


def test_every_documented_setting_exists():
    assert set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)) == set(NAMES)


READS_FOR_ITSELF = {
    "config.py",
    "cli/run.py",  # hands settings on to the processes it starts
    "cli/start.py",  # looks where the pages were built
    "pages/registry.py",  # PSA_PAGES: a developer's quick build of a few pages
}


def test_only_the_settings_read_the_environment():
    readers = {
        str(path.relative_to(ROOT / "psa_app"))
        for path in ROOT.glob("psa_app/**/*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text())
    }
    assert readers - READS_FOR_ITSELF == set()


def test_the_example_file_is_a_working_development_setup():
    from dotenv import dotenv_values

    settings = read(dotenv_values(ROOT / ".env.example"))
    assert (settings.port, settings.production, settings.external_worker) == (8000, False, False)


def test_without_any_setting_the_program_runs_on_this_machine_alone():
    settings = read({})
    assert settings.host == "127.0.0.1"
    assert settings.database_url == f"sqlite:///{ROOT}/data/psa.db"
    assert settings.base_url == "http://localhost:8000"
    assert settings.origins == ("http://localhost:8000", "http://127.0.0.1:8000")
    assert settings.backup_hour == 3
    assert not settings.secure


def test_an_empty_value_counts_as_unset():
    assert read(dict.fromkeys(NAMES, "")) == read({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PSA_ENV", "prod"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "8000.0"),
        ("PORT", "²"),
        ("DATABASE_URL", "mysql://root@localhost/psa"),
        ("DATABASE_URL", "sqlite://"),
        ("PSA_SECRET_KEY", "short"),
        ("PSA_SECRET_KEY", EXAMPLE_KEY),
        ("PSA_BASE_URL", "psa.example.com"),
        ("PSA_BASE_URL", "https://psa.example.com/app"),
        ("PSA_ORIGINS", "*"),
        ("TRUSTED_PROXIES", "proxy"),
        ("REDIS_URL", "localhost:6379"),
        ("PSA_WORKER", "none"),
        ("SMTP_URL", "mail.example.com"),
        ("MAIL_FROM", "me@example.com\r\nBcc: x@example.com"),
        ("STRIPE_API_KEY", "pk_live_1"),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_1,whsec_2,whsec_3"),
        ("STRIPE_WEBHOOK_SECRETS", "secret"),
        ("STRIPE_API_BASE", "api"),
        ("BACKUP_HOUR", "24"),
        ("BACKUP_KEEP", "0"),
        ("PSA_DEMO", "yes"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_that_names_the_variable(name, value):
    with pytest.raises(Invalid) as refused:
        read({name: value})
    assert refused.value.field == name
    assert refused.value.sentence.startswith(name)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "wrong",
    [
        {"PSA_SECRET_KEY": ""},
        {"PSA_SECRET_KEY": EXAMPLE_KEY},
        {"PSA_BASE_URL": "http://psa.example.com"},
        {"PSA_DEMO": "1"},
        {"STRIPE_API_KEY": "sk_test_sandbox_1"},
        {"SMTP_URL": "smtp://mail.example.com", "MAIL_FROM": ""},
    ],
)
def test_production_refuses_what_only_suits_a_trial(wrong):
    assert read(PRODUCTION).production
    with pytest.raises(Invalid):
        read(PRODUCTION | wrong)


def test_production_lets_only_its_own_address_open_a_socket():
    settings = read(PRODUCTION | {"PSA_ORIGINS": "https://old.example.com/"})
    assert settings.origins == ("https://psa.example.com", "https://old.example.com")
    assert settings.secure


def test_a_mail_link_begins_with_the_configured_address():
    assert read(PRODUCTION).link("/portal") == "https://psa.example.com/portal"


def test_any_common_name_of_postgresql_is_understood():
    for url in ("postgres://a@h/d", "postgresql://a@h/d", "postgresql+psycopg://a@h/d"):
        assert read({"DATABASE_URL": url}).database_url == "postgresql+psycopg://a@h/d"


def test_two_webhook_secrets_hold_during_a_rotation():
    assert read({"STRIPE_WEBHOOK_SECRETS": "whsec_a, whsec_b"}).stripe_webhook_secrets == (
        "whsec_a",
        "whsec_b",
    )


def test_a_development_key_is_random_kept_and_private(tmp_path):
    first, again = (read({"PSA_DATA": str(tmp_path)}) for _ in range(2))
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]
    assert read({"PSA_DATA": str(tmp_path / "other")}).secret_key != first.secret_key


def test_no_secret_shows_when_settings_are_printed():
    secret = {
        "PSA_SECRET_KEY": LONG,
        "STRIPE_API_KEY": "sk_live_hidden",
        "STRIPE_WEBHOOK_SECRETS": "whsec_hidden",
        "SMTP_URL": "smtp://me:hidden@mail.example.com",
        "MAIL_FROM": "me@example.com",
        "DATABASE_URL": "postgresql://me:hidden@db/psa",
        "REDIS_URL": "redis://:hidden@cache:6379",
    }
    assert "hidden" not in repr(read(secret))
    assert LONG not in repr(read(secret))


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    file = tmp_path / "settings"
    file.write_text("PORT=9001\nBACKUP_KEEP=3\n")
    monkeypatch.setenv("PSA_ENV_FILE", str(file))
    monkeypatch.setenv("PORT", "9002")
    config.settings.cache_clear()
    try:
        assert (config.settings().port, config.settings().backup_keep) == (9002, 3)
    finally:
        config.settings.cache_clear()
