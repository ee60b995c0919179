"""A firm that was set up before there was a pipeline gets the stages that new firms start with."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STAGES = (
    ("Lead", 10, "open"),
    ("Qualified", 25, "open"),
    ("Proposal", 50, "open"),
    ("Negotiation", 75, "open"),
    ("Won", 100, "won"),
    ("Lost", 0, "lost"),
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT count(*) FROM stage")).scalar_one():
        return
    insert = sa.text(
        "INSERT INTO stage (version, created_at, updated_at, name, position, percent, outcome, is_archived)"
        " SELECT 1, created_at, created_at, :name, :position, :percent, :outcome, :is_archived FROM firm"
    ).bindparams(sa.bindparam("is_archived", type_=sa.Boolean))
    for place, (name, percent, outcome) in enumerate(_STAGES, start=1):
        values = {"name": name, "position": place, "percent": percent, "outcome": outcome}
        connection.execute(insert, values | {"is_archived": False})


def downgrade() -> None:
    """The stages go with their table."""
