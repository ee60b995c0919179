"""Credit notes, which have numbers of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEPT = {"sqlite_autoincrement": True}  # SQLite writes the table anew
_SERIES = sa.text(
    "INSERT INTO number_series (kind, sandbox, pattern, year, next_number, version, created_at, updated_at)"
    " SELECT 'credit_note', sandbox, CASE WHEN sandbox THEN CAST(:test AS VARCHAR) ELSE :real END,"
    " 0, 1, 1, created_at, updated_at FROM number_series WHERE kind = 'invoice'"
)


def upgrade() -> None:
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credit_id", sa.Integer(), nullable=True))
        batch_op.alter_column("payment_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_allocation_credit_id"), ["credit_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_allocation_credit_id"), "invoice", ["credit_id"], ["id"])

    with op.batch_alter_table("billed_time", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credit_line_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_billed_time_credit",
            ["credit_line_id"],
            unique=False,
            sqlite_where=sa.text("credit_line_id IS NOT NULL"),
            postgresql_where=sa.text("credit_line_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_billed_time_credit_line_id"), "invoice_line", ["credit_line_id"], ["id"]
        )

    with op.batch_alter_table("invoice", schema=None, table_kwargs=_KEPT) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="invoice"))
        batch_op.add_column(sa.Column("credits_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("credit_reason", sa.String(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_invoice_credits_id"), ["credits_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_invoice_credits_id"), "invoice", ["credits_id"], ["id"])

    with op.batch_alter_table("invoice", schema=None, table_kwargs=_KEPT) as batch_op:
        batch_op.alter_column("kind", server_default=None)
        batch_op.alter_column("credit_reason", server_default=None)

    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credits_line_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("release", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(
            batch_op.f("ix_invoice_line_credits_line_id"), ["credits_line_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_invoice_line_credits_line_id"), "invoice_line", ["credits_line_id"], ["id"]
        )

    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.alter_column("release", server_default=None)

    patterns = {"real": "CN-{year}-{n:04}", "test": "TEST-CN-{year}-{n:04}"}
    op.execute(_SERIES.bindparams(**patterns))


def downgrade() -> None:
    op.execute("DELETE FROM number_series WHERE kind = 'credit_note'")
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_invoice_line_credits_line_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_invoice_line_credits_line_id"))
        batch_op.drop_column("release")
        batch_op.drop_column("credits_line_id")

    with op.batch_alter_table("invoice", schema=None, table_kwargs=_KEPT) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_invoice_credits_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_invoice_credits_id"))
        batch_op.drop_column("credit_reason")
        batch_op.drop_column("credits_id")
        batch_op.drop_column("kind")

    with op.batch_alter_table("billed_time", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_billed_time_credit_line_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_billed_time_credit",
            sqlite_where=sa.text("credit_line_id IS NOT NULL"),
            postgresql_where=sa.text("credit_line_id IS NOT NULL"),
        )
        batch_op.drop_column("credit_line_id")

    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_allocation_credit_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_allocation_credit_id"))
        batch_op.alter_column("payment_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("credit_id")
