"""Mail out: by SMTP, or as `.eml` files in the outbox folder where no server is set."""

import contextlib
import hashlib
import os
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from psa_app import clock
from psa_app.errors import Busy, Invalid, NotFound

TIMEOUT = 20
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

_NAME = re.compile(r"[0-9a-f]{40}\.eml")
_BROKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\]+@[^\s@<>()\[\]\",;:\\]+")
_NAMED = re.compile(r'\s*"?([^<>]*?)"?\s*<([^<>]*)>\s*')
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>")
_LINK = re.compile(r"https?://[^\s<>\"]+")


class MailSettings(Protocol):
    """The settings that mail needs; `smtp_url` "" means: write files to `data`/outbox."""

    @property
    def smtp_url(self) -> str: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def data(self) -> Path: ...


@dataclass
class MailLater(Busy):
    """The mail was not taken now; the same mail may go through later."""

    sentence: str = "The mail server did not answer. The mail waits and is sent later."


@dataclass
class MailRefused(Invalid):
    """The mail server will never take this mail."""


@dataclass(frozen=True)
class Attachment:
    """A file to go along; `kind` such as "application/pdf"."""

    name: str
    kind: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Message:
    """One mail. `message_id` comes from `message_id()`, so that a second try is the same mail."""

    to: Sequence[str]
    subject: str
    text: str
    html: str
    message_id: str
    attachments: Sequence[Attachment] = ()
    reply_to: str = ""


@dataclass(frozen=True)
class StoredMail:
    """A mail in the outbox folder. `links` are the addresses that its text holds, in order."""

    name: str
    to: str
    subject: str
    at: datetime | None
    text: str
    html: str
    links: tuple[str, ...]
    attachments: tuple[str, ...]


def message_id(key: str, sender: str) -> str:
    """The Message-ID of the effect with this key: always the same for key and sender's domain."""
    domain = _address(sender, "MAIL_FROM").domain
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def deliver(message: Message, settings: MailSettings) -> tuple[str, ...]:
    """Sends one mail, or writes it to `settings.data`/outbox once.

    Returns the addresses that the server refused while it took the mail for others.
    Raises `Invalid` (nothing can be sent like this), `MailRefused` (the server said never)
    or `MailLater` (try the same mail again).
    """
    mail = build(message, settings.mail_from)
    if settings.smtp_url:
        return _send(mail, urlsplit(settings.smtp_url))
    _store(mail, settings.data / "outbox")
    return ()


def build(message: Message, sender: str) -> EmailMessage:
    """The mail as it goes out. Raises `Invalid` for a header with a line break or a wrong address."""
    if not message.to:
        raise Invalid("Say who gets the mail.", "to")
    if not _MESSAGE_ID.fullmatch(message.message_id):
        raise Invalid("A Message-ID looks like <key@example.com>.", "message_id")
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = _address(sender, "MAIL_FROM")
    mail["To"] = [_address(one, "to") for one in message.to]
    if message.reply_to:
        mail["Reply-To"] = _address(message.reply_to, "reply_to")
    mail["Subject"] = _header(message.subject, "subject")
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for part in message.attachments:
        kind, _, subkind = _header(part.kind, "attachments").partition("/")
        mail.add_attachment(
            part.content, maintype=kind, subtype=subkind, filename=_header(part.name, "attachments")
        )
    return mail


def read_outbox(folder: Path, most: int = 200) -> list[StoredMail]:
    """The mails written to a folder, newest first, at most so many."""
    if not folder.is_dir():
        return []
    files = [file for file in folder.iterdir() if _NAME.fullmatch(file.name)]
    files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
    return [_read(file) for file in files[:most]]


def read_mail(folder: Path, name: str) -> StoredMail:
    """One mail by the name that `read_outbox` gave. Raises `NotFound` for any other name."""
    file = folder / name if _NAME.fullmatch(name) else None
    if file is None or file.is_symlink() or not file.is_file():
        raise NotFound()
    return _read(file)


def _header(text: str, name: str) -> str:
    if _BROKEN.search(text):
        raise Invalid("A line break or control sign cannot stand here. Write it in one line.", name)
    return text


def _address(text: str, name: str) -> Address:
    named = _NAMED.fullmatch(_header(text, name))
    display, address = named.groups() if named else ("", text.strip())
    user, _, domain = address.rpartition("@")
    try:
        spec = f"{user}@{domain.encode('idna').decode()}"
        if not _ADDRESS.fullmatch(spec):
            raise ValueError(spec)
        return Address(display, addr_spec=spec)
    except (ValueError, UnicodeError, IndexError) as error:
        raise Invalid(f"“{text}” is not a mail address. Write one such as name@example.com.", name) from error


def _send(mail: EmailMessage, server: SplitResult) -> tuple[str, ...]:
    with _typed_errors():
        connection = _connect(server)
        try:
            refused = connection.send_message(mail)
        except BaseException:
            connection.close()
            raise
    # The mail is taken: what goes wrong at the goodbye must not have it sent again.
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()
    return tuple(refused)


def _connect(server: SplitResult) -> smtplib.SMTP:
    if server.scheme not in PORTS or not server.hostname:
        raise Invalid("SMTP_URL must start with smtp://, smtp+starttls:// or smtps://.", "SMTP_URL")
    where = (server.hostname, server.port or PORTS[server.scheme])
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(*where, timeout=TIMEOUT)
    try:
        _greet(connection, server)
    except BaseException:
        connection.close()
        raise
    return connection


def _greet(connection: smtplib.SMTP, server: SplitResult) -> None:
    """STARTTLS where it is asked for, and always before a password leaves this machine."""
    remote = server.hostname not in ("localhost", "127.0.0.1", "::1")
    if server.scheme == "smtp+starttls" or (server.scheme == "smtp" and server.username and remote):
        connection.starttls(context=ssl.create_default_context())
    if server.username:
        connection.login(unquote(server.username), unquote(server.password or ""))


@contextlib.contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise MailLater("The mail server refused the sign-in. Check the user in SMTP_URL.") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailLater("The mail server does not do what SMTP_URL asks: TLS or sign-in.") from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _refusal(min(codes), ", ".join(error.recipients)) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, "the mail") from error
    except ssl.SSLCertVerificationError as error:
        raise MailLater("The mail server's certificate is not trusted. The mail waits.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailLater() from error


def _refusal(code: int, what: str) -> MailLater | MailRefused:
    """RFC 5321 section 4.2.1: 4xx may pass later, 5xx never will."""
    if code < 500:
        return MailLater(
            f"The mail server did not take {what} now ({code}). The mail waits and is sent later."
        )
    return MailRefused(f"The mail server refused {what} ({code}). Check the address.", "to")


def _store(mail: EmailMessage, folder: Path) -> None:
    file = folder / (hashlib.sha256(str(mail["Message-ID"]).encode()).hexdigest()[:40] + ".eml")
    if file.exists():
        return
    fresh = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(mail.as_bytes())
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise MailLater(f"The mail could not be written to {folder}. Is the disk full?") from error


def _read(file: Path) -> StoredMail:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    text = _body(mail, "plain")
    return StoredMail(
        name=file.name,
        to=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        at=getattr(mail["Date"], "datetime", None),
        text=text,
        html=_body(mail, "html"),
        links=tuple(dict.fromkeys(link.rstrip(".,;:!?)") for link in _LINK.findall(text))),
        attachments=tuple(part.get_filename() or "" for part in mail.iter_attachments()),
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
