from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.server.importing.tables import ORGANIZATIONS, Register


@pytest.fixture(scope="module")
def database_url(clone: Callable[[str], str], empty_template: str) -> str:
    return clone(empty_template)


@pytest.fixture
def empty_database_url(database_url: str) -> str:
    """One database for the whole file, emptied before each test, which takes a tenth of the time of a new one."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE organizations, members CASCADE"))
        connection.execute(text("ALTER TABLE members DROP CONSTRAINT IF EXISTS refuse"))
    engine.dispose()
    return database_url


@pytest.fixture
def register(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    register = Register(empty_database_url)
    for id_, parent_id, path, name, kind in ORGANIZATIONS:
        register.execute(
            "INSERT INTO organizations (id, parent_id, path, name, kind, can_approve_membership) "
            "VALUES (:id, :parent_id, :path, :name, :kind, false)",
            id=id_,
            parent_id=parent_id,
            path=path,
            name=name,
            kind=kind,
        )
    yield register
    register.engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "members.csv"
        path.write_bytes(content)
        return path

    return write
