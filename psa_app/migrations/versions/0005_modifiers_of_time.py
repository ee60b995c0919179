"""Time may have a modifier, and keeps the rate from before it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Column by column: as a batch SQLite would copy all time, and lose that an id never comes back.
    op.add_column("time_entry", sa.Column("modifier_id", sa.Integer()))
    op.add_column("time_entry", sa.Column("base_rate_minor", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("time_entry", "base_rate_minor")
    op.drop_column("time_entry", "modifier_id")
