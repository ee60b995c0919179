"""An index of the time that was sent back."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("time_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_entry_sent_back",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("reject_reason != ''"),
            postgresql_where=sa.text("reject_reason <> ''"),
        )


def downgrade() -> None:
    with op.batch_alter_table("time_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_entry_sent_back",
            sqlite_where=sa.text("reject_reason != ''"),
            postgresql_where=sa.text("reject_reason <> ''"),
        )
