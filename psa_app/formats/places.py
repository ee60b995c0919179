"""Countries, time zones and currencies with their names, for whoever chooses one."""

from functools import cache

from psa_app.rules.codes import COUNTRIES
from psa_app.rules.money import CURRENCIES

Named = tuple[tuple[str, str], ...]
UTC = "Etc/UTC"


@cache
def countries() -> Named:
    """Two letters and the English name of each country, by name."""
    from babel import Locale

    names = Locale("en").territories
    return tuple(sorted(((code, names[code]) for code in COUNTRIES), key=lambda one: _plain(one[1])))


@cache
def zones() -> Named:
    """Each time zone that is in use, such as Europe/Vienna, and the country that it lies in; by zone."""
    from zoneinfo import available_timezones

    from babel import Locale
    from babel.core import get_global

    names, lies_in = Locale("en").territories, get_global("zone_territories")
    known = available_timezones()
    found = {zone: names.get(code, "") for zone, code in lies_in.items() if zone in known and "/" in zone}
    found[UTC] = "UTC"
    return tuple(sorted(found.items()))


@cache
def currencies() -> Named:
    """The code and the English name of each currency, by code."""
    from babel import Locale

    names = Locale("en").currencies
    return tuple(sorted((code, names.get(code, code)) for code in CURRENCIES))


def _plain(name: str) -> str:
    """A name as it is sorted: Åland stands with the As."""
    import unicodedata

    return "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))
