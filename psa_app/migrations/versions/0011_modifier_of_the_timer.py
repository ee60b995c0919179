"""The running timer may have a modifier, which its time gets when it stops."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("timer", sa.Column("modifier_id", sa.Integer()))


def downgrade() -> None:
    op.drop_column("timer", "modifier_id")
