"""What is wrong with an installation, and what to do about it, in words."""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.config import Settings
from psa_app.gateways.mail import PORTS
from psa_app.gateways.payments import ProviderError
from psa_app.models import Firm, History, Inbox, Outbox, Payment, ProviderFinding, User
from psa_app.services.ops.backup import backups
from psa_app.services.ops.runs import FAILED, last_run

Level = Literal["good", "look", "bad"]
MEGABYTE = 1_000_000
LITTLE_SPACE, NO_SPACE = 1000 * MEGABYTE, 100 * MEGABYTE
ALIVE = timedelta(minutes=2)
LATE = timedelta(minutes=15)
BACKUP_AGE = timedelta(hours=26)
SECONDS_TO_ANSWER = 5


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that was looked at. `sentence` says how it is and, unless good, what to do."""

    level: Level
    about: str
    sentence: str


def look_at_machine(config: Settings) -> Iterator[Advice]:
    """What can be told without the database: settings, disk, mail server."""
    yield from _settings(config)
    yield from _disk(config)
    yield from _mail_server(config)
    yield from _backups(config)


def look_at_database(session: Session, config: Settings) -> Iterator[Advice]:
    """What the database tells: firm, clock, background work, mails, payments."""
    for look in (_firm, _clock, _worker, _nights, _mails, _provider):
        yield from look(session, config)


def _settings(config: Settings) -> Iterator[Advice]:
    mode = "production" if config.production else "development"
    yield Advice("good", "settings", f"{mode}, people use {config.base_url}")
    if config.production and config.host not in ("127.0.0.1", "::1") and not config.trusted_proxies:
        yield Advice(
            "look",
            "settings",
            f"The program listens on {config.host} and trusts no proxy. Behind one, name it in "
            "TRUSTED_PROXIES, else all visitors seem to come from the proxy.",
        )
    if config.production and not config.smtp_url:
        yield Advice("bad", "mail", "No mail leaves this machine. Set SMTP_URL and MAIL_FROM.")


def _disk(config: Settings) -> Iterator[Advice]:
    if not os.access(config.data, os.W_OK):
        yield Advice("bad", "disk", f"{config.data} cannot be written. Give its owner the right to.")
        return
    free = shutil.disk_usage(config.data).free
    text = f"{free // MEGABYTE:,} MB free in {config.data}".replace(",", "\u202f")
    if free < NO_SPACE:
        yield Advice("bad", "disk", f"{text}: soon nothing can be saved. Make room now.")
    elif free < LITTLE_SPACE:
        yield Advice("look", "disk", f"{text}. Make room, or move backups elsewhere.")
    else:
        yield Advice("good", "disk", text)


def _mail_server(config: Settings) -> Iterator[Advice]:
    if not config.smtp_url:
        if not config.production:
            yield Advice("good", "mail", f"mails are kept as files in {config.data / 'outbox'}")
        return
    server = urlsplit(config.smtp_url)
    where = (server.hostname or "", server.port or PORTS.get(server.scheme, 25))
    try:
        with socket.create_connection(where, timeout=SECONDS_TO_ANSWER):
            yield Advice("good", "mail", f"{where[0]}:{where[1]} answers")
    except OSError as error:
        yield Advice(
            "bad",
            "mail",
            f"The mail server {where[0]}:{where[1]} does not answer ({error.strerror or error}). "
            "Mails wait until it does. Check SMTP_URL and the firewall.",
        )


def _backups(config: Settings) -> Iterator[Advice]:
    made = backups(config.data / "backups")
    if not made:
        level: Level = "bad" if config.production else "look"
        yield Advice(level, "backup", "There is no backup yet. Make one: psa backup")
        return
    age = clock.now() - datetime.fromtimestamp(made[0].stat().st_mtime, tz=clock.now().tzinfo)
    if config.backup_hour is not None and age > BACKUP_AGE:
        hours = int(age.total_seconds() // 3600)
        yield Advice("bad", "backup", f"The newest backup is {hours} hours old. Make one: psa backup")
    else:
        yield Advice("good", "backup", f"{len(made)} kept, the newest is {made[0].name}")


def _firm(session: Session, config: Settings) -> Iterator[Advice]:
    firm = session.exec(select(Firm)).first()
    if firm is None:
        yield Advice("bad", "firm", "There is no firm yet. Make it and its owner: psa init")
        return
    owners = session.exec(select(User.id).where(User.role == "owner", col(User.is_active))).all()
    if not owners:
        yield Advice("bad", "firm", "Nobody is its owner. Invite one: psa user invite --role owner")
    elif firm.is_demo and config.production:
        yield Advice("bad", "firm", "This is the demo firm, whose passwords everyone knows. Start anew.")
    else:
        yield Advice("good", "firm", f"{firm.name}, {len(owners)} owner{'s' if len(owners) > 1 else ''}")


def _clock(session: Session, _: Settings) -> Iterator[Advice]:
    newest = session.exec(select(History.at).order_by(col(History.id).desc()).limit(1)).first()
    now = clock.now()
    if newest is not None and newest > now + ALIVE:
        yield Advice(
            "bad",
            "clock",
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, but work was recorded at {newest:%Y-%m-%d %H:%M}. "
            "Set the machine's clock (NTP).",
        )
    else:
        yield Advice("good", "clock", f"{now:%Y-%m-%d %H:%M} UTC")


def _worker(session: Session, config: Settings) -> Iterator[Advice]:
    run = last_run(session, "worker")
    seen = None if run is None else run.finished_at or run.started_at
    how = "psa worker" if config.external_worker else "psa serve"
    if seen is None:
        yield Advice("look", "worker", f"No background work has run yet. Start it: {how}")
    elif clock.now() - seen > ALIVE:
        yield Advice(
            "look" if not config.production else "bad",
            "worker",
            f"No background work since {seen:%Y-%m-%d %H:%M} UTC: mails and payments wait. Start it: {how}",
        )
    else:
        yield Advice("good", "worker", "at work")


def _nights(session: Session, _: Settings) -> Iterator[Advice]:
    for name in ("backup", "checks", "clear out"):
        run = last_run(session, name)
        if run is not None and run.outcome.startswith(FAILED):
            yield Advice("bad", name, f"It failed at {run.started_at:%Y-%m-%d %H:%M} UTC: {run.outcome}")


def _mails(session: Session, _: Settings) -> Iterator[Advice]:
    now = clock.now()
    open_ones = select(func.count(col(Outbox.id))).where(col(Outbox.done_at).is_(None))
    late = session.exec(open_ones.where(Outbox.created_at < now - LATE)).one()
    refused = session.exec(
        select(func.count(col(Outbox.id))).where(
            Outbox.error != "", col(Outbox.done_at) > now - timedelta(days=7)
        )
    ).one()
    if late:
        last = session.exec(
            select(Outbox.error)
            .where(col(Outbox.done_at).is_(None), Outbox.error != "")
            .order_by(col(Outbox.id).desc())
        ).first()
        why = f" The last one says: {last}" if last else ""
        yield Advice("bad", "outbox", f"{late} mails or papers wait for more than 15 minutes.{why}")
    if refused:
        yield Advice(
            "look",
            "outbox",
            f"{refused} could not be delivered this week. Settings → Mail says which and why.",
        )
    if not late and not refused:
        yield Advice("good", "outbox", "nothing waits")


def _provider(session: Session, config: Settings) -> Iterator[Advice]:
    firm = session.exec(select(Firm)).first()
    if firm is None:
        return
    if firm.payment_provider == "stripe" and not config.stripe_api_key:
        yield Advice("bad", "payments", "The firm is paid through Stripe, but STRIPE_API_KEY is not set.")
    elif firm.payment_provider == "stripe" and not config.stripe_webhook_secrets:
        yield Advice("bad", "payments", "Stripe's messages cannot be trusted: set STRIPE_WEBHOOK_SECRETS.")
    elif firm.payment_provider == "stripe":
        yield from _stripe(config, firm)
    else:
        yield Advice("good", "payments", f"by {firm.payment_provider}")
    waiting = session.exec(
        select(func.count(col(Inbox.id))).where(
            col(Inbox.done_at).is_(None), Inbox.received_at < clock.now() - LATE
        )
    ).one()
    if waiting:
        yield Advice("bad", "payments", f"{waiting} messages of the payment service wait to be worked on.")
    reviews = session.exec(select(func.count(col(Payment.id))).where(Payment.status == "review")).one()
    if reviews:
        yield Advice("look", "payments", f"{reviews} payments need a person: see Payments, state Review.")
    yield from _differences(session)


def _differences(session: Session) -> Iterator[Advice]:
    """Where the provider's own book and ours differ, and what needs a person."""
    is_open = col(ProviderFinding.settled_at).is_(None)
    first = session.exec(select(ProviderFinding).where(is_open).order_by(col(ProviderFinding.id))).first()
    if first is not None:
        count = session.exec(select(func.count(col(ProviderFinding.id))).where(is_open)).one()
        more = f" And {count - 1} more." if count > 1 else ""
        sentence = f"{first.sentence}{more} Settings → Payment service settles it."
        yield Advice("bad", "payments", sentence)


def _stripe(config: Settings, firm: Firm) -> Iterator[Advice]:
    from psa_app.gateways.stripe import StripeGateway

    gateway = StripeGateway(config.stripe_api_key, config.stripe_api_base, firm.instance)
    try:
        account = gateway.account()
    except ProviderError as error:
        yield Advice("bad", "payments", f"Stripe does not accept the key: {error.sentence}")
        return
    if account.charges_enabled:
        yield Advice("good", "payments", f"Stripe account {account.name or account.id} takes payments")
    else:
        yield Advice("bad", "payments", f"Stripe account {account.id} may not take payments yet.")


def worst(found: list[Advice]) -> Level:
    """The worst level among what was found."""
    levels = {one.level for one in found}
    return next((level for level in ("bad", "look") if level in levels), "good")
