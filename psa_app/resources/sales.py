"""The pipeline and the catalogue of services."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.models import Account, Contact, Opportunity, Role, ServiceItem, Stage, User
from psa_app.models.resource import ActWords, FieldSpec, Resource
from psa_app.queries.many import twin
from psa_app.services.sales.checks import check_opportunity, opportunity_saved
from psa_app.services.sales.stages import check_stage, stage_saved

OUTCOMES = (("open", "Open"), ("won", "Won"), ("lost", "Lost"))
SOURCES = (
    ("referral", "Referral"),
    ("web", "Web"),
    ("partner", "Partner"),
    ("event", "Event"),
    ("outbound", "Own approach"),
    ("existing", "Existing client"),
    ("other", "Other"),
)
MODELS = (
    ("time_and_materials", "Time and materials"),
    ("fixed", "Fixed price"),
    ("milestone", "Milestones"),
    ("retainer", "Retainer"),
    ("subscription", "Subscription"),
)


def _check_item(session: Session, values: Mapping[str, Any], record: ServiceItem | None) -> None:
    name = str(values.get("name", ""))
    if name:
        other = twin(session, ServiceItem, record, fold="name", name=name)
        if other is not None:
            raise Invalid(f"{other.title} already stands in the catalogue.", "name")


STAGES = Resource(
    kind="stages",
    model=Stage,
    one="Stage",
    many="Stages",
    read_right="opportunities.read",
    change_right="stages.change",
    sort="position",
    check=check_stage,
    saved=stage_saved,
    keys=(("name",),),
    fields=(
        FieldSpec("name", "Name", required=True, max_length=40),
        FieldSpec(
            "position", "Place", "number", default=1, help="From left to right; won and lost come last."
        ),
        FieldSpec("percent", "Usual probability", "percent", default=0),
        FieldSpec("outcome", "Ends as", "choice", choices=OUTCOMES, set="never", filterable=True),
        FieldSpec("is_archived", "Archived", "bool", default=False, filterable=True),
    ),
)

OPPORTUNITIES = Resource(
    kind="opportunities",
    model=Opportunity,
    one="Opportunity",
    many="Opportunities",
    read_right="opportunities.read",
    change_right="opportunities.change",
    search=("title", "notes"),
    sort="-id",
    title="title",
    check=check_opportunity,
    bulk=("assign", "move"),
    words=(
        ActWords("assign", "Give to someone", "Who looks after {rows}?"),
        ActWords("move", "Move", "Move {rows} to another stage?"),
    ),
    asks=(
        FieldSpec("owner_id", "Owner", "link", links_to=User, help="Empty: nobody."),
        FieldSpec("loss_reason", "Lost because", help="When the stage is one for lost."),
    ),
    saved=opportunity_saved,
    keys=(("account_id", "title"), ("title",)),
    fields=(
        FieldSpec(
            "account_id", "Client", "link", required=True, links_to=Account, set="create", filterable=True
        ),
        FieldSpec("title", "Title", required=True, max_length=160),
        FieldSpec("contact_id", "Contact", "link", links_to=Contact, in_list=False),
        FieldSpec(
            "stage_id",
            "Stage",
            "link",
            links_to=Stage,
            set="create",
            filterable=True,
            help="Empty: the first one.",
        ),
        FieldSpec("percent", "Probability", "percent", help="Empty: the stage’s."),
        FieldSpec(
            "currency", "Currency", "currency", set="create", in_list=False, help="Empty: the client’s."
        ),
        FieldSpec(
            "amount_minor",
            "Amount",
            "money",
            money_in="currency",
            set="create",
            help="What it may bring in all; later split by billing model.",
        ),
        FieldSpec("expected_on", "Expected", "date", filterable=True, help="When the order may come."),
        FieldSpec("source", "Source", "choice", choices=SOURCES, filterable=True),
        FieldSpec(
            "partner_id",
            "Partner",
            "link",
            links_to=Account,
            in_list=False,
            help="Who brought it, when the source is a partner.",
        ),
        FieldSpec("owner_id", "Owner", "link", links_to=User, set="create", filterable=True),
        FieldSpec("loss_reason", "Lost because", set="create", in_list=False, max_length=400),
        FieldSpec("stage_since", "In this stage since", "instant", set="never", in_list=False),
        FieldSpec("closed_at", "Decided", "instant", set="never", in_list=False, filterable=True),
        FieldSpec("notes", "Notes", "multiline", in_list=False, max_length=4000),
    ),
)

SERVICE_ITEMS = Resource(
    kind="service_items",
    model=ServiceItem,
    one="Service",
    many="Services",
    read_right="catalogue.read",
    change_right="catalogue.change",
    search=("name", "description"),
    sort="name",
    check=_check_item,
    keys=(("name",),),
    fields=(
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("description", "Description", "multiline", in_list=False, max_length=2000),
        FieldSpec("model", "Billing", "choice", choices=MODELS, default=MODELS[0][0], filterable=True),
        FieldSpec("role_id", "Role", "link", links_to=Role, filterable=True),
        FieldSpec(
            "minutes",
            "Hours",
            "hours",
            default=0,
            adds_up=False,
            help="As usually sold; of a retainer, in a month.",
        ),
        FieldSpec("currency", "Currency", "currency", default="EUR", usual="base_currency", in_list=False),
        FieldSpec(
            "price_minor",
            "Price",
            "money",
            money_in="currency",
            default=0,
            adds_up=False,
            help="Of an hour for time and materials, else of the whole.",
        ),
        FieldSpec("is_archived", "Archived", "bool", default=False, filterable=True),
    ),
)
