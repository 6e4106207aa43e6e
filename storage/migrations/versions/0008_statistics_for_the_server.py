"""The server's role reads the statistics of indexes, which PostgreSQL shows to the tables' owner alone."""

from collections.abc import Sequence

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FREQUENT_GRAMS = """
CREATE FUNCTION frequent_grams(at_least double precision) RETURNS TABLE (index_name name, grams text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT tablename, array_agg(gram)
    FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common(gram, frequency)
    WHERE schemaname = 'public' AND attname = 'text_grams' AND gram IS NOT NULL AND frequency >= at_least
    GROUP BY tablename
$$
"""


def upgrade() -> None:
    op.execute(FREQUENT_GRAMS)


def downgrade() -> None:
    op.execute("DROP FUNCTION frequent_grams(double precision)")
