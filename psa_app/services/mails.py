"""Promising a mail: which words (`formats/mail_texts.py`), to whom, leading where."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from psa_app.services.promises import promise


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
) -> None:
    """Promises one mail, sent once per `key`.

    `template` names a function of `formats/mail_texts.py`, `values` its words (its `link` is made
    from `path` when the mail goes out), `attach` what goes along, such as {"invoice_pdf": 7}.
    """
    payload = {
        "template": template,
        "to": list(to),
        "path": path,
        "values": dict(values),
        "reply_to": reply_to,
        "attach": dict(attach or {}),
    }
    promise(session, "mail", key, payload)
