"""Who acts: handed to every service and query, never taken from a global."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, a portal contact, or the app itself (`role="system"`).

    `via` says by which door: page, api, cli, job, portal. `scopes` narrows an API token
    ("read", "read write"); the rights are those of the role, never more. `document` narrows the
    holder of a mail's link to one document, such as ("invoice", 7).
    """

    name: str
    role: str  # owner | finance | lead | member | client | system
    user_id: int | None = None
    person_id: int | None = None
    account_id: int | None = None  # of a client
    contact_id: int | None = None
    email: str = ""
    via: str = "page"
    address: str = ""
    agent: str = ""
    scopes: str = "read write"
    document: tuple[str, int] | None = None

    def through(self, door: str) -> "Actor":
        """The same actor through another door."""
        return replace(self, via=door)


def system(name: str = "The app", via: str = "job") -> Actor:
    """The app itself: background jobs, imports at start-up, the demo firm."""
    return Actor(name=name, role="system", via=via)
