"""Files and the renewal of a scope, in words."""

from datetime import date

from psa_app import routes
from psa_app.display.scope import FileRow
from psa_app.formats import words
from psa_app.models import Attachment, Sow
from psa_app.rules.scopes import notice_on, renewal_state


def file_rows(files: tuple[Attachment, ...], token: str = "") -> list[FileRow]:
    """The files in words, each with the address of its content; `token` is that of a mail's link."""
    return [
        FileRow(
            str(one.id),
            one.name,
            words.size(one.size),
            routes.with_query(routes.attachment(int(one.id or 0)), token=token),
        )
        for one in files
    ]


def renewal_words(sow: Sow, today: date) -> str:
    """What to know about the renewal now; "" while there is time."""
    state = renewal_state(sow.renewal, sow.renews_on, sow.notice_days, today)
    if not state or sow.renews_on is None:
        return ""
    day, last = words.day(sow.renews_on), words.day(notice_on(sow.renews_on, sow.notice_days))
    if sow.renewal == "automatic":
        if state == "soon":
            return f"It renews by itself on {day}. Notice can be given until {last}."
        return f"The last day for a notice was {last}; it renews on {day}."
    if state == "soon":
        return f"It can be renewed on {day}. Tell the client by {last}."
    if state == "due":
        return f"It is to be renewed on {day}; the notice was due by {last}."
    return f"It was to be renewed on {day}."
