"""The way back: parts become the one table that they were."""

from difflib import unified_diff

import pytest
from sqlalchemy import create_engine

from domain.codes import OrganizationKind
from storage.member_changing import change_member
from storage.migration import differences_from_models
from storage.partitioning import NotPartitionedError, partition_members, unite_members
from tests.conftest import MEMBERS
from tests.dumping import dumped
from tests.parted import DELTAS, TOLD, Parted, rows

PLACES = "SELECT relname, relkind::text FROM pg_class WHERE relname LIKE 'members%' AND relkind IN ('r', 'p', 'f')"


async def test_nothing_tells_the_table_from_what_it_was(own_province_url: str) -> None:
    """Columns, keys, indexes, triggers, rights and rows, as `pg_dump` writes them."""
    before = await dumped(own_province_url)
    partition_members(own_province_url, OrganizationKind.CITY, {})

    assert unite_members(own_province_url) == MEMBERS

    after = await dumped(own_province_url)
    assert "\n".join(unified_diff(of_dump(before), of_dump(after), lineterm="", n=0)) == ""


async def test_members_come_back_from_the_second_server(own_parted: Parted) -> None:
    url, there = own_parted.url, own_parted.register.members_in(own_parted.away)
    kept = rows(url, "SELECT md5(string_agg(m::text, '' ORDER BY id)) FROM members AS m")

    unite_members(url)

    assert rows(url, "SELECT md5(string_agg(m::text, '' ORDER BY id)) FROM members AS m") == kept
    assert rows(url, PLACES) == [("members", "r")]
    assert rows(url, "SELECT count(*) FROM pg_foreign_server") == [(0,)]
    assert rows(own_parted.second, "SELECT count(*) FROM members") == [(len(there),)]
    engine = create_engine(url)
    with engine.connect() as connection:
        assert differences_from_models(connection) == []
    engine.dispose()


async def test_changes_are_told_and_counted_again_as_in_one_table(own_parted: Parted) -> None:
    unite_members(own_parted.url)
    member = next(own_parted.members_of(away=True))
    branch = own_parted.branches(away=False)[0]

    async with own_parted.api.database.writing() as session:
        moved = {"branch_id": branch.id, "org_path": branch.path}
        await change_member(session, member.id, moved, own_parted.api.clock())

    changed = [("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])]
    assert rows(own_parted.url, TOLD, (member.id,)) == changed
    counted = {(1, branch.path), (-1, member.org_path)}
    assert set(rows(own_parted.url, DELTAS, ([branch.path, member.org_path],))) == counted


def test_one_table_stays_as_it_is(own_province_url: str) -> None:
    with pytest.raises(NotPartitionedError):
        unite_members(own_province_url)


def of_dump(text: str) -> list[str]:
    """Without the order of the rows, and the tokens that pg_dump makes anew each time."""
    return sorted(line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))
