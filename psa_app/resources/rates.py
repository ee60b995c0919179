"""What an hour costs: rates by level, and modifiers."""

from psa_app.models import Account, Person, Project, Rate, RateModifier, Role, SowLine
from psa_app.models.resource import FieldSpec, Resource
from psa_app.resources.incoming import RATE_KEYS, RATES_IN

RATE_MODIFIERS = Resource(
    kind="rate_modifiers",
    model=RateModifier,
    one="Rate modifier",
    many="Rate modifiers",
    read_right="rates.read",
    search=("name",),
    sort="name",
    title="name",
    bulk=("end",),
    fields=(
        FieldSpec("name", "Name"),
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("sow_line_id", "Scope line", "link", links_to=SowLine, filterable=True),
        FieldSpec("factor_ppm", "Factor in millionths", "number"),
        FieldSpec("plus_minor", "Added an hour", "money", money_in="currency"),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("valid_from", "From", "date"),
        FieldSpec("valid_to", "To", "date"),
    ),
)
RATES = Resource(
    kind="rates",
    model=Rate,
    one="Rate",
    many="Rates",
    read_right="rates.read",
    search=("currency",),
    sort="-valid_from",
    title="level",
    bulk=("end", "delete"),
    keys=RATE_KEYS,
    incoming=RATES_IN,
    fields=(
        FieldSpec("level", "Level", filterable=True),
        FieldSpec("sow_line_id", "Scope line", "link", links_to=SowLine, filterable=True),
        FieldSpec("project_id", "Project", "link", links_to=Project, filterable=True),
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("role_id", "Role", "link", links_to=Role, filterable=True),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("amount_minor", "An hour", "money", money_in="currency", adds_up=False),
        FieldSpec("valid_from", "From", "date"),
        FieldSpec("valid_to", "To", "date"),
    ),
)
