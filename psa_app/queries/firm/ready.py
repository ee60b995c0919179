"""What a new firm still has to do, and what its way of being paid lacks to take real money."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app import routes
from psa_app.access import Actor, require
from psa_app.config import settings
from psa_app.models import Account, BankAccount, Firm, Holiday, Person, Rate, Role, Sow, TaxNumber


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: done or not, why it matters, and where it is done."""

    title: str
    why: str
    href: str
    is_done: bool


def first_steps(session: Session, actor: Actor) -> list[Step]:
    """The steps from an empty firm to its first scope, in the order in which they are easiest."""
    require(actor, "firm.change")
    firm = session.exec(select(Firm)).one()

    def some(model: type) -> bool:
        return bool(session.exec(select(func.count()).select_from(model)).one())

    def tab(name: str) -> str:
        return routes.with_query(routes.SETTINGS, tab=name)

    priced = select(Rate.id).where(col(Rate.level) == "firm_role").limit(1)
    return [
        Step(
            "Say who the firm is",
            "Name and address stand on every paper.",
            tab("firm"),
            bool(firm.street and firm.city),
        ),
        Step("Add a bank account", "Where clients pay.", tab("bank"), some(BankAccount)),
        Step("Add the VAT number", "An invoice with tax needs it.", tab("numbers"), some(TaxNumber)),
        Step("Fill in the holidays", "Capacity stands on them.", tab("holidays"), some(Holiday)),
        Step("Name the roles", "In which roles people work for clients.", tab("roles"), some(Role)),
        Step(
            "Make the price list",
            "What an hour of each role costs.",
            routes.RATES,
            session.exec(priced).first() is not None,
        ),
        Step(
            "Take on the people",
            "Yourself too: hours, cost and leave hang on a person.",
            routes.PEOPLE,
            some(Person),
        ),
        Step("Add the first client", "With a contact who may accept scopes.", routes.CLIENTS, some(Account)),
        Step("Write the first scope", "Its project is made once it is signed.", routes.SOWS, some(Sow)),
    ]


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that real payments need: there or not, and what to do. Never a secret itself."""

    what: str
    todo: str
    is_there: bool


def to_go_live(session: Session, actor: Actor) -> list[Lack]:
    """What taking card payments for real needs on this installation."""
    require(actor, "firm.read")
    config = settings()
    key = config.stripe_api_key
    provider = session.exec(select(Firm.payment_provider)).one()
    bank = session.exec(select(BankAccount.id).limit(1)).first() is not None
    return [
        Lack("Stripe key", "Put STRIPE_API_KEY into the settings file, then start again.", bool(key)),
        Lack(
            "A live key",
            "This one is for tests: exchange it for sk_live_… or rk_live_….",
            key.startswith(("sk_live_", "rk_live_")),
        ),
        Lack(
            "Webhook secret",
            "Put STRIPE_WEBHOOK_SECRETS there, so that Stripe’s messages count.",
            bool(config.stripe_webhook_secrets),
        ),
        Lack("Address with https", "Set PSA_BASE_URL to the address that clients use.", config.secure),
        Lack("Bank account", "Add one for those who transfer.", bank),
        Lack("Stripe is chosen", "Choose it in the firm’s settings.", provider == "stripe"),
    ]
