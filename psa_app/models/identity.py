"""Who may sign in, and the secrets that prove it. Secrets are kept as hashes only."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from psa_app.models.base import Record, Row


class User(Record, table=True):
    """A sign-in. Staff point to a person, a client contact to a contact."""

    email: str = Field(unique=True)  # lower case
    name: str
    role: str  # owner | finance | lead | member | client (contractor and partner later)
    password_hash: str = ""
    person_id: int | None = Field(default=None, foreign_key="person.id", unique=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id", unique=True)
    is_active: bool = True
    theme: str = "system"


class LoginSession(Row, table=True):
    """One sign-in in one browser; the cookie's token is kept as a sha-256."""

    __tablename__ = "login_session"
    token_hash: str = Field(unique=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    created_at: datetime
    expires_at: datetime
    last_seen_at: datetime
    address: str = ""
    agent: str = ""
    revoked_at: datetime | None = None


class OneTimeLink(Row, table=True):
    """An invitation or a password reset: used once, within an hour."""

    __tablename__ = "one_time_link"
    token_hash: str = Field(unique=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    purpose: str  # invitation | reset
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class PortalLink(Row, table=True):
    """A link in a mail that opens exactly one document for one contact; never a session."""

    __tablename__ = "portal_link"
    token_hash: str = Field(unique=True)
    contact_id: int = Field(foreign_key="contact.id", index=True)
    document: str  # sow | invoice
    document_id: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    opened_at: datetime | None = None


class ApiToken(Row, table=True):
    """A bearer token of the API: scoped, revocable, acting with its user's rights at most."""

    __tablename__ = "api_token"
    token_hash: str = Field(unique=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    name: str
    scopes: str = "read write"
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class SignInAttempt(Row, table=True):
    """A failed sign-in, for the slow-down; the address typed is kept as a hash."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_attempt_email", "email_hash", "at"),
        Index("ix_attempt_address", "address", "at"),
    )
    email_hash: str
    address: str
    at: datetime
