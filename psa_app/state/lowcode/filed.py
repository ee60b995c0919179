"""Which kinds of record take files, and the services that keep and take them away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psa_app.services.contracts.agreements import add_agreement_file, remove_agreement_file


@dataclass(frozen=True)
class Filed:
    """`keep` takes session, actor, record id, `name` and `content`; `remove` an `attachment_id` instead."""

    right: str
    keep: Callable[..., Any]
    remove: Callable[..., Any]


FILES = {"agreements": Filed("agreements.change", add_agreement_file, remove_agreement_file)}
