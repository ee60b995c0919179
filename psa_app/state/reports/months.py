"""How far back a report looks: months, as the tabs of its page say."""

from datetime import date

from psa_app import routes
from psa_app.display.frame import Tab
from psa_app.formats import words

MONTHS = {"6": "6 months", "12": "12 months", "24": "24 months"}


def chosen_months(asked: str, default: str = "6") -> str:
    """The tab that an address names, or the first one."""
    return asked if asked in MONTHS else default


def month_tabs(page: str, **kept: object) -> list[Tab]:
    """The tabs of a report's page; what else its address says stays."""
    return [
        Tab(key, label, routes.with_query(page, **{"months": key, **kept})) for key, label in MONTHS.items()
    ]


def month_words(month: int) -> str:
    """“Nov 2026” of yyyymm."""
    return words.month(date(month // 100, month % 100, 1), short=True, year=True)
