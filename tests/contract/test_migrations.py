from pathlib import Path

from alembic import command
from procrastinate.schema import SchemaManager
from sqlalchemy import Enum, create_engine, text

import storage
from storage.migration import alembic_config, differences_from_models, migrate
from storage.models import Base


def test_migrations_make_what_the_models_say(empty_database_url: str) -> None:
    with create_engine(empty_database_url).connect() as connection:
        assert differences_from_models(connection) == []


def test_the_enums_of_the_database_are_the_code_lists(empty_database_url: str) -> None:
    """Alembic does not compare the labels of enums."""
    wanted = {
        column.type.name: column.type.enums
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum)
    }
    labels = text("SELECT enumlabel FROM pg_enum WHERE enumtypid = CAST(:name AS regtype) ORDER BY enumsortorder")
    with create_engine(empty_database_url).connect() as connection:
        found = {name: list(connection.execute(labels, {"name": name}).scalars()) for name in wanted}
    assert found == wanted


def test_migrations_can_be_undone_and_done_again(empty_database_url: str) -> None:
    with create_engine(empty_database_url).begin() as connection:
        command.downgrade(alembic_config(connection), "base")
        left = connection.execute(text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname IN ('members')"))
        assert list(left) == []
    migrate(empty_database_url)
    with create_engine(empty_database_url).connect() as connection:
        assert differences_from_models(connection) == []


def test_the_job_queue_is_that_of_the_installed_library() -> None:
    """Another version of procrastinate needs a migration from its `sql/migrations`, and a new copy to compare with."""
    ours = Path(storage.__file__).parent / "migrations" / "sql" / "procrastinate_3_10.sql"
    assert ours.read_text() == SchemaManager.get_schema()
