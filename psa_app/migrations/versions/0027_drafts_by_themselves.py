"""A firm may have its invoices drafted by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("firm", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("drafts_itself", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("firm", schema=None) as batch_op:
        batch_op.alter_column("drafts_itself", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("firm", schema=None) as batch_op:
        batch_op.drop_column("drafts_itself")
