"""Indexes for short needles with something else than digits in numbers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = ("identity_number", "phone")


def upgrade() -> None:
    for column in _COLUMNS:
        op.create_index(
            f"ix_members_{column}_unusual_grams",
            "members",
            [sa.literal_column(f"text_grams({column})")],
            postgresql_using="gin",
            postgresql_where=sa.text(f"{column} ~ '[^0-9]'"),
        )


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(f"ix_members_{column}_unusual_grams", table_name="members")
