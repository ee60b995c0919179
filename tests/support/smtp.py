"""A small mail server on loopback that keeps what it gets (RFC 5321, the part that is used)."""

import base64
import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")


@dataclass
class MailServer:
    """What the server answers and what it was told; `answers` maps a command to its reply."""

    answers: dict[str, str] = field(default_factory=dict)
    tls: str = ""
    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    encrypted: bool = False


class _Talk(socketserver.StreamRequestHandler):
    timeout = 10
    state: MailServer

    def handle(self) -> None:
        if self.state.tls == "smtps":
            self.encrypt()
        self.say("220 ready")
        while line := self.rfile.readline():
            words = line.decode().strip()
            command = words.split(" ")[0].upper()
            if command == "DATA" and "DATA" not in self.state.answers:
                self.data()
            elif not self.reply(command, words):
                return

    def reply(self, command: str, words: str) -> bool:
        answer = (
            self.state.answers.get(words.upper()) or self.state.answers.get(command) or self.usual(command)
        )
        if answer == "hang up":
            return False
        if command == "AUTH":
            self.state.logins.append(base64.b64decode(words.split(" ")[2]).decode())
        if command == "RCPT" and answer.startswith("250"):
            self.state.recipients.append(words.split("<")[1].rstrip(">"))
        self.say(answer)
        if command == "STARTTLS":
            self.encrypt()
        return command != "QUIT"

    def usual(self, command: str) -> str:
        more = "250-STARTTLS\r\n" if self.state.tls == "starttls" and not self.state.encrypted else ""
        greeting = f"250-loopback\r\n{more}250 AUTH PLAIN"
        known = {"EHLO": greeting, "STARTTLS": "220 go", "AUTH": "235 in", "QUIT": "221 bye"}
        return known.get(command, "250 fine")

    def data(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.state.mails.append(b"".join(lines))
        self.say("250 taken")

    def encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.state.encrypted = True

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what some tests are about."""


@contextlib.contextmanager
def mail_server(tls: str = "", **answers: str) -> Iterator[MailServer]:
    """Runs a server while the block runs. `tls`: "", "starttls" or "smtps"; answers by command."""
    state = MailServer(answers=answers, tls=tls)
    handler = type("Talk", (_Talk,), {"state": state})
    with _Server(("127.0.0.1", 0), handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()
