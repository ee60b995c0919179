"""The evidence of an agreement: who, when, from where, and to which exact text. It is only ever added."""

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import Signature
from psa_app.queries.contracts.text import hash_of


def sign(
    session: Session,
    actor: Actor,
    document: str,
    document_id: int,
    *,
    side: str,
    name: str,
    title: str = "",
    text: str,
) -> Signature:
    """Keeps that the actor agreed to `text`. `document`: sow | milestone | quote; `side`: firm | client."""
    signature = Signature(
        document=document,
        document_id=document_id,
        side=side,
        name=name,
        title=title,
        email=actor.email,
        contact_id=actor.contact_id,
        user_id=actor.user_id,
        at=clock.now(),
        address=actor.address,
        agent=actor.agent[:200],
        text_hash=hash_of(text),
        text=text,
    )
    session.add(signature)
    session.flush()
    return signature
