"""Settings → Mail: what waits, what went out, and in development the mails themselves."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import reflex as rx

from psa_app import routes
from psa_app.config import settings
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.gateways.mail import StoredMail
from psa_app.queries import mails
from psa_app.queries.identity import frame
from psa_app.state.base import allow, read


@dataclass(frozen=True)
class MailLink:
    """A link in a mail; inside the app its address is a path, so it works at any host name."""

    href: str
    text: str


class MailState(rx.State):
    """The promises, the kept mails, and the one that is open."""

    promises: list[Row] = []
    mails: list[Row] = []
    keeps_files: bool = False
    is_ready: bool = False
    opened: bool = False
    subject: str = ""
    to: str = ""
    at: str = ""
    text: str = ""
    attached: str = ""
    links: list[MailLink] = []

    @rx.event
    @allow("mail.read")
    async def load(self) -> None:
        """Loads both lists, and the mail that the address names."""
        config = settings()
        found, facts = await read(mails.promises), await read(frame)
        zone = ZoneInfo(facts.time_zone if facts else "UTC")
        kept = await read(lambda _, who: mails.kept_mails(who, config))
        self.keeps_files = mails.keeps_files(config)
        self.promises = [_promise(one, zone) for one in found]
        self.mails = [_mail(one, zone) for one in kept]
        name = self.router.url.query_parameters.get("open", "")
        self._show(next((one for one in kept if one.name == name), None), zone)
        self.is_ready = True

    def _show(self, mail: StoredMail | None, zone: ZoneInfo) -> None:
        self.opened = mail is not None
        if mail is None:
            return
        self.subject, self.to, self.text = mail.subject, mail.to, mail.text
        self.at = words.moment(mail.at, zone) if mail.at else "–"
        self.attached = ", ".join(mail.attachments)
        base = settings().base_url
        self.links = [MailLink(link.removeprefix(base) or "/", link) for link in mail.links]


def _promise(one: mails.Promised, zone: ZoneInfo) -> Row:
    if one.done_at is None:
        state = Cell("Waits", kind="badge", tone="warn" if one.error else "accent", icon="clock")
    elif one.error:
        state = Cell("Not delivered", kind="badge", tone="bad", icon="alert")
    else:
        state = Cell("Delivered", kind="badge", tone="ok", icon="check")
    cells = [
        Cell(one.what),
        Cell(one.to or "–"),
        Cell(words.moment(one.promised_at, zone)),
        state,
        Cell(str(one.tries), align="right"),
        Cell(one.error or "–", kind="bad" if one.error and one.done_at else "text"),
    ]
    return Row(str(one.id), cells, name=one.what, tone="bad" if one.error and one.done_at else "")


def _mail(mail: StoredMail, zone: ZoneInfo) -> Row:
    cells = [
        Cell(mail.subject),
        Cell(mail.to),
        Cell(words.moment(mail.at, zone) if mail.at else "–"),
        Cell(", ".join(mail.attachments) or "–"),
    ]
    return Row(mail.name, cells, href=routes.with_query(routes.OUTBOX, open=mail.name), name=mail.subject)
