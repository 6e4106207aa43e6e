"""How parts are laid out and made."""

import psycopg
import pytest

from domain.clock import system_clock
from domain.codes import HistoryKind, OrganizationKind
from domain.paths import end_of_subtree
from storage.engine import connect
from storage.history_members import Departure, archive_member
from storage.member_changing import change_member
from storage.partitioning import AlreadyPartitionedError, UnfitServerError, partition_members, parts_between
from tests.asking import AUDIT_KEY
from tests.conftest import MEMBERS
from tests.oracle import Register
from tests.parted import DELTAS, TOLD, Parted, rows
from tests.storage.test_files import ask

NEXT = "SELECT nextval(pg_get_serial_sequence('members', 'id'))"


def test_the_second_server_refuses_members_of_other_parts(parted: Parted) -> None:
    elsewhere = next(parted.members_of(away=False)).org_path
    with pytest.raises(psycopg.errors.CheckViolation):
        rows(parted.second, "UPDATE members SET org_path = %s RETURNING 1", (elsewhere,))


def test_parts_are_made_once(parted: Parted) -> None:
    with pytest.raises(AlreadyPartitionedError):
        partition_members(parted.url, OrganizationKind.CITY, {})


def test_a_server_that_has_members_holds_no_part(parted: Parted, own_province_url: str) -> None:
    with pytest.raises(UnfitServerError):
        partition_members(own_province_url, OrganizationKind.CITY, {parted.away.path: parted.second})
    assert rows(own_province_url, "SELECT count(*) FROM members") == [(MEMBERS,)]


def test_parts_hold_every_path_once() -> None:
    parts = parts_between(["1/2/", "1/3/", "1/4/7/", "1/4/8/"], {"1/4/": "second"})
    bounds = [(part.begin, part.end) for part in parts]
    assert bounds == [(None, "1/2/"), ("1/2/", "1/3/"), ("1/3/", "1/4/"), ("1/4/", "1/40"), ("1/40", None)]
    assert [part.server for part in parts] == [None, None, None, "second", None]
    assert end_of_subtree("1/4/") == "1/40"


def test_no_part_elsewhere_lies_within_another() -> None:
    with pytest.raises(ValueError, match="within another"):
        parts_between([], {"1/4/": "second", "1/4/7/": "third"})


async def test_where_all_parts_lie_here_a_move_is_one_change_too(own_province_url: str, register: Register) -> None:
    partition_members(own_province_url, OrganizationKind.CITY, {})
    member = register.members[0]
    cities = [each for each in register.of_kind(OrganizationKind.CITY) if not member.org_path.startswith(each.path)]
    branches = register.of_kind(OrganizationKind.BRANCH)
    branch = next(each for each in branches if each.path.startswith(cities[-1].path))

    async with connect(own_province_url, connections=2, audit_key=AUDIT_KEY) as database, database.writing() as session:
        await change_member(session, member.id, {"branch_id": branch.id, "org_path": branch.path}, system_clock())

    changed = [("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])]
    assert rows(own_province_url, TOLD, (member.id,)) == changed
    counted = {(1, branch.path), (-1, member.org_path)}
    assert set(rows(own_province_url, DELTAS, ([branch.path, member.org_path],))) == counted
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        rows(own_province_url, "UPDATE members SET branch_id = 0 WHERE id = %s RETURNING 1", (member.id,))


async def test_numbers_go_on_after_those_who_have_left(own_province_url: str, register: Register) -> None:
    newest = max(register.members, key=lambda member: member.id)
    async with connect(own_province_url, connections=2, audit_key=AUDIT_KEY) as database:
        request = await ask(database, newest)
        async with database.writing() as session:
            await archive_member(session, newest.id, Departure(HistoryKind.OTHER, system_clock(), "-", request))
    partition_members(own_province_url, OrganizationKind.CITY, {})

    [(number,)] = rows(own_province_url, NEXT)

    assert number > newest.id


def test_the_server_may_read_each_part(own_province_url: str) -> None:
    """As `dengta doctor` looks at it, which upgrades nothing."""
    partition_members(own_province_url, OrganizationKind.CITY, {})
    may = (
        "SELECT bool_and(has_table_privilege('dengta_server', oid, 'SELECT')) FROM pg_class WHERE relname ~ '^members'"
    )
    assert rows(own_province_url, may + " AND relkind IN ('r', 'p')") == [(True,)]
