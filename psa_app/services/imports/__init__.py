"""Records from files, of any declared kind: planned, then written whole or as far as they are good."""

from psa_app.services.imports.fields import guessed, offered
from psa_app.services.imports.records import apply_records, plan_records
from psa_app.services.imports.runs import BIG, begin_import, refused_file, retry_import
from psa_app.services.imports.values import Choices, RecordPlan, RowPlan

__all__ = [
    "BIG",
    "Choices",
    "RecordPlan",
    "RowPlan",
    "apply_records",
    "begin_import",
    "guessed",
    "offered",
    "plan_records",
    "refused_file",
    "retry_import",
]
