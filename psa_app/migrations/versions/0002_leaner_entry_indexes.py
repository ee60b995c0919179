"""Reports read time by month first, each rate added up once; only handed-in time stands in its week's index."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REPORT = "ix_entry_report"
_SHEET = "ix_entry_sheet"
_HANDED_IN = sa.text("timesheet_id IS NOT NULL")


def upgrade() -> None:
    _make_anew(
        ["month", "person_id", "bill_currency", "is_billable", "bill_rate_minor", "seconds"], _HANDED_IN
    )


def downgrade() -> None:
    _make_anew(["person_id", "month", "bill_currency", "is_billable", "seconds", "bill_rate_minor"], None)


def _make_anew(report: list[str], of_sheet: sa.TextClause | None) -> None:
    for name in (_REPORT, _SHEET):
        op.drop_index(name, table_name="time_entry")
    op.create_index(_REPORT, "time_entry", report)
    op.create_index(_SHEET, "time_entry", ["timesheet_id"], sqlite_where=of_sheet, postgresql_where=of_sheet)
