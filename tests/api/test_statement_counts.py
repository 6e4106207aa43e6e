"""The number of SQL statements follows from the query, never from the data."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from unittest.mock import patch

import pytest

from auth import live_matrix
from domain.records import OrganizationRecord
from server import recently_read
from storage.engine import Database, Row
from storage.statements import Statement
from tests.asking import Api

PAGE = "members(first: %d) { nodes { name branch { name parent { name ancestors { name } } } attachments { name } } }"
TREE = """
organizations(first: %d) {
  totalCount
  nodes {
    memberCount childCount
    children(first: 3) { totalCount nodes {
      parent { name }
      members(first: 2) { totalCount nodes { name branch { name parent { name } } } }
      children(first: 2) { nodes { members(first: 1, reach: DIRECT) { nodes { branch { name } } } } }
    } }
  }
}
"""


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []
    rows = database._rows

    async def counting(statement: Statement) -> list[Row]:
        statements.append(statement.text)
        return await rows(statement)

    with patch.object(database, "_rows", counting):
        yield statements


@pytest.mark.parametrize(("selection", "fields_that_read"), [(PAGE, 5), (TREE, 14)])
@pytest.mark.parametrize("size", [1, 20, 200])
async def test_a_field_costs_one_statement_however_many_records_it_is_asked_of(
    selection: str,
    fields_that_read: int,
    size: int,
    either_api: Api,
    province: Database,
    province_committee: OrganizationRecord,
) -> None:
    """Fields that ask for the same kind of record at the same moment share a statement, so there may be fewer."""
    with counted(province) as statements:
        await either_api.as_(province_committee).ask("{ %s }" % (selection % size))
    assert len(statements) <= 2 + fields_that_read, "the caller's organisation, the matrix's version, and one a field"


async def test_a_total_costs_a_statement_only_when_asked_for(
    either_api: Api,
    province: Database,
    province_committee: OrganizationRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = monotonic()
    for remembering in (live_matrix, recently_read):  # for half a second, which a busy machine may take in between
        monkeypatch.setattr(remembering, "monotonic", lambda: now)
    await either_api.as_(province_committee).ask("{ __typename }")  # so that the caller's organisation is known
    with counted(province) as without:
        await either_api.as_(province_committee).ask("{ members(first: 1) { nodes { name } } }")
    with counted(province) as with_total:
        await either_api.as_(province_committee).ask("{ members(first: 1) { totalCount nodes { name } } }")
    assert (len(without), len(with_total)) == (1, 2)


async def test_a_refused_operation_costs_no_statement_of_its_own(
    api: Api, province: Database, branch: OrganizationRecord
) -> None:
    with counted(province) as statements:
        error = await api.as_(branch).refused("{ members(orderBy: {field: PHONE}) { totalCount } }")
    assert error["extensions"]["code"] == "FIELD_MASKED"
    assert [statement for statement in statements if "FROM members" in statement] == []
