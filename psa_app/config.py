"""Every setting of the program, read once from the environment and `.env`."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from psa_app.errors import Invalid

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE_KEY = "change-me-change-me-change-me-change-me"
DEMO_PASSWORD = "harbour-lights-2026"  # of every sign-in of the demo firm, which production refuses to load
LOCAL = ("localhost", "127.0.0.1", "::1")

NAMES = (
    "PSA_ENV",
    "HOST",
    "PORT",
    "PSA_DATA",
    "DATABASE_URL",
    "PSA_SECRET_KEY",
    "PSA_BASE_URL",
    "PSA_ORIGINS",
    "TRUSTED_PROXIES",
    "REDIS_URL",
    "PSA_WORKER",
    "SMTP_URL",
    "MAIL_FROM",
    "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRETS",
    "STRIPE_API_BASE",
    "BACKUP_HOUR",
    "BACKUP_KEEP",
    "PSA_DEMO",
    "PSA_ENV_FILE",
)


@dataclass(frozen=True)
class Settings:
    """What one installation decides. Paths are absolute; an empty string means "not used"."""

    production: bool
    host: str
    port: int
    data: Path
    database_url: str = field(repr=False)
    given_key: str = field(repr=False)
    base_url: str
    origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    redis_url: str = field(repr=False)
    external_worker: bool
    smtp_url: str = field(repr=False)
    mail_from: str
    stripe_api_key: str = field(repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    stripe_api_base: str
    backup_hour: int | None
    backup_keep: int
    demo: bool

    @property
    def sqlite(self) -> bool:
        """True when the database is a file, False for PostgreSQL."""
        return self.database_url.startswith("sqlite")

    @property
    def secure(self) -> bool:
        """True when browsers reach the app by https, so that cookies may say so."""
        return self.base_url.startswith("https://")

    @cached_property
    def secret_key(self) -> str:
        """Signs links and cookies; without `PSA_SECRET_KEY` a random one is kept in the data folder."""
        return self.given_key or _kept_key(self.data / "secret.key")

    def link(self, path: str) -> str:
        """Full address of a path, for a mail: never made from what a browser sent."""
        return self.base_url + "/" + path.lstrip("/")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; the environment wins over `.env`. Raises `Invalid`."""
    return read({**_env_file(), **os.environ})


def read(environ: Mapping[str, str | None]) -> Settings:
    """Settings from name → text, an empty text counts as unset. Raises `Invalid` that names the variable."""
    given = {name: (environ.get(name) or "").strip() for name in NAMES}
    production = _choice(given, "PSA_ENV", ("development", "production")) == "production"
    port = _whole(given, "PORT", 8000, 1, 65535)
    data = ROOT / (given["PSA_DATA"] or "data")
    base_url = _base_url(given, port, production)
    return Settings(
        production=production,
        host=given["HOST"] or "127.0.0.1",
        port=port,
        data=data,
        database_url=_database_url(given, data),
        given_key=_given_key(given, production),
        base_url=base_url,
        origins=_origins(given, base_url, port, production),
        trusted_proxies=_proxies(given),
        redis_url=_address(given, "REDIS_URL", ("redis", "rediss", "unix")),
        external_worker=_choice(given, "PSA_WORKER", ("inline", "external")) == "external",
        smtp_url=_address(given, "SMTP_URL", ("smtp", "smtp+starttls", "smtps")),
        mail_from=_mail_from(given),
        stripe_api_key=_stripe_key(given, production),
        stripe_webhook_secrets=_webhook_secrets(given),
        stripe_api_base=_address(given, "STRIPE_API_BASE", ("https", "http")) or "https://api.stripe.com",
        backup_hour=_backup_hour(given),
        backup_keep=_whole(given, "BACKUP_KEEP", 14, 1, 3650),
        demo=_demo(given, production),
    )


def _env_file() -> dict[str, str | None]:
    return dict(dotenv_values(ROOT / os.environ.get("PSA_ENV_FILE", ".env"), interpolate=False))


def _bad(name: str, sentence: str) -> Invalid:
    return Invalid(f"{name} {sentence}", field=name)


def _choice(given: Mapping[str, str], name: str, allowed: tuple[str, str]) -> str:
    value = given[name] or allowed[0]
    if value not in allowed:
        raise _bad(name, f"must be {allowed[0]} or {allowed[1]}, not {value!r}.")
    return value


def _whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = given[name] or str(default)
    if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
        raise _bad(name, f"must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _address(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = given[name].rstrip("/")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        usable = (
            parts.scheme in schemes and bool(parts.hostname or parts.scheme == "unix") and parts.port != 0
        )
    except ValueError:
        usable = False
    if not usable:
        raise _bad(name, f"must be an address that starts with {' or '.join(s + '://' for s in schemes)}.")
    return value


def _base_url(given: Mapping[str, str], port: int, production: bool) -> str:
    value = _address(given, "PSA_BASE_URL", ("https", "http")) or f"http://localhost:{port}"
    parts = urlsplit(value)
    if parts.path or parts.query or parts.fragment or parts.username:
        raise _bad("PSA_BASE_URL", "must be scheme, host and port only, such as https://psa.example.com.")
    if production and parts.scheme != "https" and parts.hostname not in LOCAL:
        raise _bad(
            "PSA_BASE_URL", "must start with https:// in production; plain http is for localhost only."
        )
    return value


def _origins(given: Mapping[str, str], base_url: str, port: int, production: bool) -> tuple[str, ...]:
    extra = _list(given["PSA_ORIGINS"])
    for origin in extra:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise _bad(
                "PSA_ORIGINS", f"must be a comma-separated list like https://psa.example.com, not {origin!r}."
            )
    if not production:
        extra += (f"http://localhost:{port}", f"http://127.0.0.1:{port}")
    return tuple(dict.fromkeys((base_url, *extra)))


def _database_url(given: Mapping[str, str], data: Path) -> str:
    url = given["DATABASE_URL"] or f"sqlite:///{data / 'psa.db'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    if url.startswith("postgresql+psycopg://"):
        return url
    if url.startswith("sqlite:///") and url != "sqlite:///" and "?" not in url:
        return f"sqlite:///{ROOT / url.removeprefix('sqlite:///')}"
    raise _bad(
        "DATABASE_URL", "must look like sqlite:///data/psa.db or postgresql://user:password@host/database."
    )


def _given_key(given: Mapping[str, str], production: bool) -> str:
    key = given["PSA_SECRET_KEY"]
    if key == EXAMPLE_KEY:
        raise _bad("PSA_SECRET_KEY", "is still the example; put a random text of your own there.")
    if (key or production) and len(key) < 32:
        raise _bad(
            "PSA_SECRET_KEY",
            "must be a random text of 32 characters or more; "
            'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))".',
        )
    return key


def _proxies(given: Mapping[str, str]) -> tuple[str, ...]:
    proxies = _list(given["TRUSTED_PROXIES"])
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise _bad(
                "TRUSTED_PROXIES", f"must list addresses or networks such as 10.0.0.0/8, not {proxy!r}."
            ) from None
    return proxies


def _mail_from(given: Mapping[str, str]) -> str:
    sender = given["MAIL_FROM"]
    if given["SMTP_URL"] and not sender:
        raise _bad(
            "MAIL_FROM", "must name the sender when SMTP_URL is set, such as Studio <billing@example.com>."
        )
    if sender and ("@" not in sender or any(c in sender for c in "\r\n")):
        raise _bad("MAIL_FROM", "must be a mail address, such as Studio <billing@example.com>.")
    return sender or "PSA <psa@localhost>"


def _stripe_key(given: Mapping[str, str], production: bool) -> str:
    key = given["STRIPE_API_KEY"]
    if key and not key.startswith(("sk_", "rk_")):
        raise _bad("STRIPE_API_KEY", "must be a secret or restricted key: it starts with sk_ or rk_.")
    if production and key.startswith("sk_test_sandbox_"):
        raise _bad(
            "STRIPE_API_KEY",
            "is the built-in sandbox's key, which takes no money; use Stripe's in production.",
        )
    return key


def _webhook_secrets(given: Mapping[str, str]) -> tuple[str, ...]:
    found = _list(given["STRIPE_WEBHOOK_SECRETS"])
    if len(found) > 2 or not all(s.startswith("whsec_") for s in found):
        raise _bad(
            "STRIPE_WEBHOOK_SECRETS",
            "must be one secret that starts with whsec_, or two with a comma between.",
        )
    return found


def _backup_hour(given: Mapping[str, str]) -> int | None:
    return None if given["BACKUP_HOUR"] == "off" else _whole(given, "BACKUP_HOUR", 3, 0, 23)


def _demo(given: Mapping[str, str], production: bool) -> bool:
    demo = _choice(given, "PSA_DEMO", ("0", "1")) == "1"
    if demo and production:
        raise _bad("PSA_DEMO", "must be 0 in production: everyone knows the demo firm's passwords.")
    return demo


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())


def _kept_key(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    if not file.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text()
