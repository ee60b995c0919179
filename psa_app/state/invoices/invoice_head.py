"""The head of a draft as it was typed."""

from datetime import date
from typing import Any

from psa_app.errors import Invalid
from psa_app.rules import fields


def read_head(values: dict[str, str]) -> dict[str, Any]:
    """The typed values by name; raises `Invalid` for one that is not right."""

    def day(name: str) -> date | None:
        return fields.iso_date(values[name], name) if values[name] else None

    if not values["payment_days"]:
        raise Invalid("Give the days to pay.", "payment_days")
    return {
        "purchase_order": values["purchase_order"],
        "service_from": day("service_from"),
        "service_to": day("service_to"),
        "payment_days": fields.whole(values["payment_days"], "payment_days", 0, 365),
        "bank_account_id": int(values["bank_account_id"]) if values["bank_account_id"].isdecimal() else None,
        "note": values["note"],
    }
