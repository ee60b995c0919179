"""Telling staff by mail of money that needs a person."""

from sqlmodel import Session, col, select

from psa_app.models import Firm, User
from psa_app.services.mails import promise_mail

KEEP_BOOKS = ("owner", "finance")


def alert_staff(session: Session, key: str, title: str, sentence: str, path: str) -> None:
    """Promises owner and finance a mail, once for each `key`; `path` leads to where it is settled."""
    firm = session.exec(select(Firm)).one()
    readers = select(User).where(col(User.role).in_(KEEP_BOOKS), col(User.is_active)).order_by(col(User.id))
    for user in session.exec(readers).all():
        values = {"reader": user.name, "firm": firm.name, "title": title, "sentence": sentence}
        promise_mail(session, f"{key}-{user.id}", "payment_alert", [user.email], path, values)
