import errno
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from psa_app import clock
from psa_app.errors import Invalid, NotFound
from psa_app.gateways import mail
from psa_app.gateways.mail import Attachment, MailLater, MailRefused, Message, deliver, message_id
from tests.support.smtp import CERTIFICATE, MailServer, mail_server

NOW = datetime(2026, 11, 12, 8, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Settings:
    smtp_url: str
    mail_from: str
    data: Path


@pytest.fixture(autouse=True)
def fixed_clock() -> Iterator[None]:
    clock.set_source(lambda: NOW)
    yield
    clock.set_source(None)


@pytest.fixture
def files(tmp_path: Path) -> Settings:
    return Settings("", "Harbour Studio <billing@harbour.example>", tmp_path)


def over(server: MailServer, scheme: str = "smtp", user: str = "") -> Settings:
    url = f"{scheme}://{user}127.0.0.1:{server.port}"
    return Settings(url, "Harbour Studio <billing@harbour.example>", Path("/nowhere"))


def letter(**changes: object) -> Message:
    message = Message(
        to=["Jonas Reuter <jonas@northwind.example>"],
        subject="Invoice INV-2026-0142 · €20,329.05",
        text="Hello Jonas,\n\nread it here:\nhttps://psa.example.com/p/abc?x=1&y=2.\n.\nEnd\n",
        html="<p>Hello Jonas</p>",
        message_id=message_id("invoice-142", "billing@harbour.example"),
        attachments=[Attachment("INV-2026-0142.pdf", "application/pdf", b"%PDF-1.7\n.\r\nx")],
        reply_to="mara@harbour.example",
    )
    return replace(message, **changes)  # type: ignore[arg-type]


def test_a_mail_reaches_the_server_whole() -> None:
    with mail_server() as server:
        assert deliver(letter(), over(server)) == ()
    (raw,) = server.mails
    got = message_from_bytes(raw, policy=policy.default)
    assert server.recipients == ["jonas@northwind.example"]
    assert got["From"] == "Harbour Studio <billing@harbour.example>"
    assert got["To"] == "Jonas Reuter <jonas@northwind.example>"
    assert got["Reply-To"] == "mara@harbour.example"
    assert got["Subject"] == "Invoice INV-2026-0142 · €20,329.05"
    assert got["Message-ID"] == letter().message_id
    assert got["Date"].datetime == NOW
    assert got.get_body(("plain",)).get_content().splitlines() == letter().text.splitlines()
    (pdf,) = got.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("INV-2026-0142.pdf", b"%PDF-1.7\n.\r\nx")


def test_the_same_key_always_gives_the_same_message_id() -> None:
    one = message_id("outbox-7", "Studio <a@harbour.example>")
    assert one == message_id("outbox-7", "Studio <a@harbour.example>")
    assert one != message_id("outbox-8", "Studio <a@harbour.example>")
    assert one.endswith("@harbour.example>")


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x00", "\x85", "\u2028", "\x0b"])
@pytest.mark.parametrize("where", ["subject", "to", "reply_to", "message_id", "attachment", "sender"])
def test_a_line_break_in_a_header_is_refused_and_nothing_is_sent(
    where: str, line_break: str, files: Settings
) -> None:
    trap = f"x{line_break}Bcc: thief@evil.example"
    changes: dict[str, dict[str, object]] = {
        "subject": {"subject": trap},
        "to": {"to": [f"{trap} <jonas@northwind.example>"]},
        "reply_to": {"reply_to": f"{trap} <mara@harbour.example>"},
        "message_id": {"message_id": f"<a@b.example>{trap}"},
        "attachment": {"attachments": [Attachment(trap, "application/pdf", b"")]},
    }
    sender = f"{trap} <a@b.example>" if where == "sender" else files.mail_from
    with pytest.raises(Invalid):
        deliver(letter(**changes.get(where, {})), replace(files, mail_from=sender))
    assert mail.read_outbox(files.data / "outbox") == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jonas",
        "@northwind.example",
        "jonas@",
        "a@b.example, c@d.example",
        "a b@c.example",
        "jö@n.example",
    ],
)
def test_a_wrong_address_is_refused(address: str, files: Settings) -> None:
    with pytest.raises(Invalid) as caught:
        deliver(letter(to=[address]), files)
    assert caught.value.field == "to"


def test_a_mail_to_nobody_is_refused(files: Settings) -> None:
    with pytest.raises(Invalid, match="who gets"):
        deliver(letter(to=[]), files)


def test_a_name_with_a_comma_is_still_one_person(files: Settings) -> None:
    deliver(letter(to=["Reuter, Jonas (Northwind) <jonas@northwind.example>"]), files)
    assert mail.read_outbox(files.data / "outbox")[0].to == (
        '"Reuter, Jonas (Northwind)" <jonas@northwind.example>'
    )


def test_a_domain_with_an_umlaut_is_written_as_the_net_wants_it(files: Settings) -> None:
    deliver(letter(to=["jonas@müller.example"]), files)
    assert mail.read_outbox(files.data / "outbox")[0].to == "jonas@xn--mller-kva.example"


def test_a_server_that_is_down_gives_a_sentence_and_the_mail_may_be_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = Settings(f"smtp://127.0.0.1:{taken.getsockname()[1]}", "a@b.example", Path("/nowhere"))
        with pytest.raises(MailLater, match="did not answer"):
            deliver(letter(), settings)


def test_a_server_that_never_speaks_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings(f"smtp://127.0.0.1:{silent.getsockname()[1]}", "a@b.example", Path("/nowhere"))
        with pytest.raises(MailLater):
            deliver(letter(), settings)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "EHLO"])
def test_a_server_that_hangs_up_in_the_middle_is_tried_later(command: str) -> None:
    answers = {command: "hang up"} | ({"HELO": "hang up"} if command == "EHLO" else {})
    with mail_server(**answers) as server, pytest.raises(MailLater):
        deliver(letter(), over(server))
    assert server.mails == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_now_is_tried_later(command: str) -> None:
    with mail_server(**{command: "450 busy"}) as server, pytest.raises(MailLater, match="450"):
        deliver(letter(), over(server))


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_good_says_so(command: str) -> None:
    with mail_server(**{command: "550 no such user"}) as server, pytest.raises(MailRefused, match="550"):
        deliver(letter(), over(server))


def test_who_was_refused_among_several_is_told_and_the_others_get_the_mail() -> None:
    with mail_server(**{"RCPT TO:<GONE@NORTHWIND.EXAMPLE>": "550 gone"}) as server:
        refused = deliver(letter(to=["jonas@northwind.example", "gone@northwind.example"]), over(server))
    assert refused == ("gone@northwind.example",)
    assert server.recipients == ["jonas@northwind.example"]
    assert len(server.mails) == 1


@pytest.mark.parametrize("goodbye", ["hang up", "500 what"])
def test_a_bad_goodbye_after_the_mail_was_taken_is_no_failure(goodbye: str) -> None:
    with mail_server(QUIT=goodbye) as server:
        assert deliver(letter(), over(server)) == ()
    assert len(server.mails) == 1


def test_the_user_of_the_address_signs_in() -> None:
    with mail_server() as server:
        deliver(letter(), over(server, user="psa%40harbour:p%3Aw@"))
    assert server.logins == ["\0psa@harbour\0p:w"]


def test_a_wrong_password_is_told_without_the_password() -> None:
    with mail_server(AUTH="535 no") as server, pytest.raises(MailLater, match="sign-in") as caught:
        deliver(letter(), over(server, user="psa:secret@"))
    assert "secret" not in str(caught.value)


def test_a_password_never_leaves_the_machine_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as server:
        here = ("127.0.0.1", server.port)
        connect = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda address, *rest, **more: connect(here))
        settings = Settings("smtp://psa:secret@mail.example", "a@b.example", Path("/nowhere"))
        with pytest.raises(MailLater, match="TLS"):
            deliver(letter(), settings)
    assert server.logins == []


@pytest.mark.parametrize(("tls", "scheme"), [("starttls", "smtp+starttls"), ("smtps", "smtps")])
def test_the_mail_travels_encrypted(tls: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with mail_server(tls) as server:
        deliver(letter(), over(server, scheme, "psa:pw@"))
    assert server.encrypted
    assert len(server.mails) == 1


@pytest.mark.parametrize(("tls", "scheme"), [("starttls", "smtp+starttls"), ("smtps", "smtps")])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tls: str, scheme: str) -> None:
    with mail_server(tls) as server, pytest.raises(MailLater, match="not trusted"):
        deliver(letter(), over(server, scheme))
    assert server.mails == []


def test_starttls_is_never_given_up_in_silence() -> None:
    with mail_server() as server, pytest.raises(MailLater, match="TLS"):
        deliver(letter(), over(server, "smtp+starttls"))
    assert server.mails == []


def test_an_unknown_scheme_is_refused() -> None:
    with mail_server() as server, pytest.raises(Invalid, match="SMTP_URL"):
        deliver(letter(), over(server, "http"))


def test_without_a_server_the_mail_lies_in_the_outbox(files: Settings) -> None:
    deliver(letter(), files)
    (stored,) = mail.read_outbox(files.data / "outbox")
    assert stored.to == "Jonas Reuter <jonas@northwind.example>"
    assert stored.subject == "Invoice INV-2026-0142 · €20,329.05"
    assert stored.at == NOW
    assert stored.text == letter().text
    assert stored.html.strip() == "<p>Hello Jonas</p>"
    assert stored.links == ("https://psa.example.com/p/abc?x=1&y=2",)
    assert stored.attachments == ("INV-2026-0142.pdf",)
    assert mail.read_mail(files.data / "outbox", stored.name) == stored


def test_the_same_mail_twice_is_one_file(files: Settings) -> None:
    deliver(letter(), files)
    deliver(letter(subject="again"), files)
    (stored,) = mail.read_outbox(files.data / "outbox")
    assert stored.subject != "again"


def test_the_same_mail_from_many_threads_is_one_file(files: Settings) -> None:
    threads = [threading.Thread(target=deliver, args=(letter(), files)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list((files.data / "outbox").iterdir())) == 1


def test_only_the_owner_of_the_process_may_read_a_stored_mail(files: Settings) -> None:
    deliver(letter(), files)
    (file,) = (files.data / "outbox").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_no_half_mail(files: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MailLater, match="disk full"):
        deliver(letter(), files)
    assert list((files.data / "outbox").iterdir()) == []


def test_the_newest_mail_comes_first_and_no_more_than_asked(files: Settings) -> None:
    for number in range(4):
        deliver(letter(subject=f"{number}", message_id=f"<{number}@b.example>"), files)
    folder = files.data / "outbox"
    for stored in mail.read_outbox(folder):
        os.utime(folder / stored.name, (int(stored.subject), int(stored.subject)))
    assert [stored.subject for stored in mail.read_outbox(folder, most=2)] == ["3", "2"]


def test_an_outbox_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert mail.read_outbox(tmp_path / "none") == []


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../psa.db", "/etc/passwd", "a.eml", "C:\\x", "a\x00b", "." + "a" * 40 + ".eml", "ä.eml"],
)
def test_a_made_up_name_finds_nothing(name: str, files: Settings) -> None:
    deliver(letter(), files)
    (files.data / "psa.db").write_text("secret")
    with pytest.raises(NotFound):
        mail.read_mail(files.data / "outbox", name)


def test_a_link_to_a_file_outside_is_not_followed(files: Settings) -> None:
    deliver(letter(), files)
    (files.data / "psa.db").write_text("secret")
    name = "a" * 40 + ".eml"
    (files.data / "outbox" / name).symlink_to(files.data / "psa.db")
    with pytest.raises(NotFound):
        mail.read_mail(files.data / "outbox", name)


def test_a_file_that_is_no_mail_shows_as_empty(files: Settings) -> None:
    folder = files.data / "outbox"
    folder.mkdir()
    (folder / ("b" * 40 + ".eml")).write_bytes(b"\xff\x00 broken")
    (folder / "notes.txt").write_text("x")
    (stored,) = mail.read_outbox(folder)
    assert (stored.subject, stored.at, stored.links) == ("", None, ())
