"""policies of expense categories, quantities of expenses."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

FILLED = ("unit", "is_strict", "shares_receipt")


def upgrade() -> None:
    with op.batch_alter_table("expense", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quantity_milli", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("expense_category", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rate_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("limit_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("receipt_above_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("max_age_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_strict", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column("shares_receipt", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("expense_category", schema=None) as batch_op:
        for name in FILLED:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("expense_category", schema=None) as batch_op:
        batch_op.drop_column("shares_receipt")
        batch_op.drop_column("is_strict")
        batch_op.drop_column("max_age_days")
        batch_op.drop_column("receipt_above_minor")
        batch_op.drop_column("limit_minor")
        batch_op.drop_column("rate_minor")
        batch_op.drop_column("unit")

    with op.batch_alter_table("expense", schema=None) as batch_op:
        batch_op.drop_column("quantity_milli")
