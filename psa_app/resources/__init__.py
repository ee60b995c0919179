"""Every kind of record, declared once. The key is the word used in addresses and the API."""

from psa_app.access.permissions import LISTS
from psa_app.models.resource import Resource
from psa_app.resources import (
    billing,
    books,
    clients,
    collecting,
    contracts,
    expenses,
    firm,
    lowcode,
    money,
    people,
    plan,
    quotes,
    rates,
    reminders,
    retainers,
    sales,
    system,
    work,
)

RESOURCES: dict[str, Resource] = {
    value.kind: value
    for module in (
        clients,
        sales,
        people,
        firm,
        contracts,
        work,
        rates,
        expenses,
        plan,
        quotes,
        money,
        reminders,
        retainers,
        billing,
        collecting,
        books,
        lowcode,
        system,
    )
    for value in vars(module).values()
    if isinstance(value, Resource)
}
LISTS.update({kind: resource.read_right for kind, resource in RESOURCES.items()})
