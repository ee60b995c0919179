"""Promising a mail: which words (`formats/mail_texts.py`), to whom, leading where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from psa_app import clock
from psa_app.db import insert_row
from psa_app.formats.written_mails import as_kept
from psa_app.models import Contact, Mail
from psa_app.services.promises import promise

THE_APP = "The app"


@dataclass(frozen=True)
class About:
    """A mail to a client: the record that it is about, the contact who reads it, and who sent it."""

    kind: str  # the record's table
    record_id: int
    reader: Contact
    sent_by: str = THE_APP


def promise_mail(
    session: Session,
    key: str,
    template: str,
    to: Sequence[str],
    path: str,
    values: Mapping[str, str | bool],
    *,
    reply_to: str = "",
    attach: Mapping[str, int] | None = None,
    about: About | None = None,
    only_while_open: int = 0,
) -> None:
    """Promises one mail, sent once per `key`; with `about` it stands in the client's timeline.

    `template` names a function of `formats/mail_texts.py`, `values` its words (its `link` is made
    from `path` when the mail goes out), `attach` what goes along, such as {"invoice_pdf": 7}.
    With `only_while_open` it stays here once that invoice is paid, disputed or promised.
    """
    payload: dict[str, object] = {
        "template": template,
        "to": list(to),
        "path": path,
        "values": dict(values),
        "reply_to": reply_to,
        "attach": dict(attach or {}),
    }
    if only_while_open:
        payload["only_while_open"] = only_while_open
    promise(session, "mail", key, payload)
    if about is not None:
        _keep(session, key, template, values, about)


def _keep(session: Session, key: str, template: str, values: Mapping[str, str | bool], about: About) -> None:
    mail = as_kept(template, values)
    insert_row(
        session,
        Mail,
        key=key,
        account_id=about.reader.account_id,
        contact_id=about.reader.id,
        about=about.kind,
        about_id=about.record_id,
        at=clock.now(),
        sent_by=about.sent_by,
        sent_to=f"{about.reader.name} <{about.reader.email}>",
        subject=mail.subject,
        text=mail.text,
        done_at=None,
        error="",
    )
