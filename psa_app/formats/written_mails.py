"""A mail's template and values, made into its words."""

from collections.abc import Mapping
from typing import Any

from psa_app.errors import Invalid
from psa_app.formats.mail_letters import MailText
from psa_app.formats.mail_texts import TEXTS

PRIVATE = "https://private.invalid/"  # in the place of a link that only the reader may open


def written(template: str, values: Mapping[str, Any], link: str) -> MailText:
    """The mail. Raises `Invalid` for a template that is not there or lacks a word."""
    words = TEXTS.get(template)
    if words is None:
        raise Invalid(f"There are no words for a mail {template!r}.", "template")
    try:
        text: MailText = words(**values, link=link)
    except TypeError as error:
        raise Invalid(f"The mail {template} lacks a word: {error}.", "values") from None
    return text


def as_kept(template: str, values: Mapping[str, Any]) -> MailText:
    """The same as others may read it: its button is named, its link is left out."""
    mail = written(template, values, PRIVATE)
    return mail._replace(text=mail.text.replace(f":\n{PRIVATE}", " (the reader’s own link)"))
