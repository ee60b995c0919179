"""The only gate: rights (`permissions`), rows (`scope`), and the acts they guard."""

from psa_app.access.actor import Actor, system
from psa_app.access.acts import ACTS, Act, act
from psa_app.access.alike import Asked, once_alike
from psa_app.access.permissions import RIGHTS, ROLES, STAFF, may, require
from psa_app.access.scope import as_id, fetch, once_each, scoped, visible

__all__ = [
    "ACTS",
    "RIGHTS",
    "ROLES",
    "STAFF",
    "Act",
    "Actor",
    "Asked",
    "act",
    "as_id",
    "fetch",
    "may",
    "once_alike",
    "once_each",
    "require",
    "scoped",
    "system",
    "visible",
]
