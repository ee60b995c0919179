"""Records from files, of any declared kind: planned, then written whole or as far as they are good."""

from psa_app.services.imports.at_once import import_at_once
from psa_app.services.imports.begin import (
    BIG,
    begin_check,
    begin_import,
    drop_checks,
    retry_import,
    write_checked,
)
from psa_app.services.imports.fields import guessed, offered
from psa_app.services.imports.records import apply_records, plan_records
from psa_app.services.imports.runs import refused_file, source_file
from psa_app.services.imports.values import Choices, RecordPlan, RowPlan

__all__ = [
    "BIG",
    "Choices",
    "RecordPlan",
    "RowPlan",
    "apply_records",
    "begin_check",
    "begin_import",
    "drop_checks",
    "guessed",
    "import_at_once",
    "offered",
    "plan_records",
    "refused_file",
    "retry_import",
    "source_file",
    "write_checked",
]
