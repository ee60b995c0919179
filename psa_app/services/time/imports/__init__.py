"""Time from other tools: planned, shown, and written whole or not at all."""

from psa_app.services.time.imports.apply import apply_import
from psa_app.services.time.imports.plan import plan_import
from psa_app.services.time.imports.values import (
    ImportChoices,
    ImportPlan,
    ImportResult,
    PersonPlan,
    ProjectPlan,
)

__all__ = [
    "ImportChoices",
    "ImportPlan",
    "ImportResult",
    "PersonPlan",
    "ProjectPlan",
    "apply_import",
    "plan_import",
]
