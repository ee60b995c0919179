"""Time out of scope and questions about change orders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEPT = {"sqlite_autoincrement": True}  # SQLite writes the table anew


def upgrade() -> None:
    op.create_table(
        "change_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_order_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_order_id"], ["change_order.id"], name=op.f("fk_change_question_change_order_id")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_change_question_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_question")),
    )
    with op.batch_alter_table("change_question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_question_change_order_id"), ["change_order_id"], unique=False
        )

    with op.batch_alter_table("time_entry", schema=None, table_kwargs=_KEPT) as batch_op:
        batch_op.add_column(
            sa.Column("out_of_scope", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("change_order_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_entry_out_of_scope",
            ["project_id"],
            unique=False,
            sqlite_where=sa.text("out_of_scope = 1"),
            postgresql_where=sa.text("out_of_scope"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_time_entry_change_order_id"), "change_order", ["change_order_id"], ["id"]
        )

    with op.batch_alter_table("time_entry", schema=None, table_kwargs=_KEPT) as batch_op:
        batch_op.alter_column("out_of_scope", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("time_entry", schema=None, table_kwargs=_KEPT) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_time_entry_change_order_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_entry_out_of_scope",
            sqlite_where=sa.text("out_of_scope = 1"),
            postgresql_where=sa.text("out_of_scope"),
        )
        batch_op.drop_column("change_order_id")
        batch_op.drop_column("out_of_scope")

    with op.batch_alter_table("change_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_question_change_order_id"))

    op.drop_table("change_question")
