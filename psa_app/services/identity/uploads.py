"""Which browser is uploading for which tab: an upload's event carries no cookie of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

_under_way: dict[str, str] = {}


@contextmanager
def uploading(tab: str, cookies: str) -> Iterator[bool]:
    """Lends the request's `Cookie` header to the tab's event while the upload lasts.

    Gives False when the tab is uploading already: one at a time.
    """
    if tab in _under_way:
        yield False
        return
    _under_way[tab] = cookies
    try:
        yield True
    finally:
        del _under_way[tab]


def cookies_of(tab: str) -> str:
    """The `Cookie` header of the upload under way for a tab, or ""."""
    return _under_way.get(tab, "")
