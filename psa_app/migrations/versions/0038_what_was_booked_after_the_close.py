"""What was booked after the close."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("balance_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ledger_on", sa.Date(), nullable=True))

    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ledger_on", sa.Date(), nullable=True))

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ledger_on", sa.Date(), nullable=True))

    with op.batch_alter_table("payment_fact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ledger_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("payment_fact", schema=None) as batch_op:
        batch_op.drop_column("ledger_on")

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_column("ledger_on")

    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.drop_column("ledger_on")

    with op.batch_alter_table("balance_line", schema=None) as batch_op:
        batch_op.drop_column("ledger_on")
