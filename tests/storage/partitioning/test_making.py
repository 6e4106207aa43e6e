"""How parts are laid out and made."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import make_url

from domain.clock import system_clock
from domain.codes import HistoryKind, OrganizationKind
from domain.paths import end_of_subtree
from storage.engine import connect
from storage.history_members import Departure, archive_member
from storage.member_changing import change_member
from storage.partitioning import (
    AlreadyPartitionedError,
    NothingToPartError,
    UnfitServerError,
    partition_members,
    parts_between,
)
from tests.asking import AUDIT_KEY
from tests.conftest import MEMBERS
from tests.oracle import Register
from tests.parted import DELTAS, TOLD, Parted, rows
from tests.storage.test_files import ask


@pytest.fixture(scope="module")
async def parted_here(clone: Callable[[str], str], province_template: str, register: Register) -> str:
    """All parts in one server; the newest member had left before they were made."""
    url = clone(province_template)
    newest = max(register.members, key=lambda member: member.id)
    async with connect(url, connections=2, audit_key=AUDIT_KEY) as database:
        request = await ask(database, newest)
        async with database.writing() as session:
            await archive_member(session, newest.id, Departure(HistoryKind.OTHER, system_clock(), "-", request))
    partition_members(url, OrganizationKind.CITY, {})
    return url


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


def test_a_register_without_cities_has_no_parts(empty_database_url: str) -> None:
    with pytest.raises(NothingToPartError, match="Load or import first"):
        partition_members(empty_database_url, OrganizationKind.CITY, {})


def test_a_server_that_is_out_of_reach_is_named_as_what_it_is(own_province_url: str, register: Register) -> None:
    city = register.first_of_kind(OrganizationKind.CITY).path
    nowhere = "postgresql://dengta:secret@/members?host=/nowhere"
    with pytest.raises(UnfitServerError, match="The database for a part cannot be used") as refused:
        partition_members(own_province_url, OrganizationKind.CITY, {city: nowhere})
    assert "secret" not in str(refused.value)
    assert rows(own_province_url, "SELECT count(*) FROM members") == [(MEMBERS,)]


def test_how_a_server_is_spoken_to_is_kept(
    own_province_url: str, register: Register, empty_second: Callable[[], str]
) -> None:
    city = register.first_of_kind(OrganizationKind.CITY).path
    partition_members(own_province_url, OrganizationKind.CITY, {city: f"{empty_second()}&sslmode=disable"})
    assert rows(own_province_url, "SELECT 'sslmode=disable' = ANY(srvoptions) FROM pg_foreign_server") == [(True,)]


def test_parts_elsewhere_are_made_by_a_superuser(
    own_province_url: str, register: Register, empty_second: Callable[[], str], worker_id: str
) -> None:
    owner, name = f"parting_{worker_id}", make_url(own_province_url).database
    rows(own_province_url, f"CREATE ROLE {owner} LOGIN IN ROLE dengta_server")
    rows(own_province_url, f"GRANT CREATE, USAGE ON SCHEMA public TO {owner}; ALTER DATABASE {name} OWNER TO {owner}")
    for table in ("organizations", "members", "member_deltas", "change_outbox"):
        rows(own_province_url, f"ALTER TABLE {table} OWNER TO {owner}")
    url = make_url(own_province_url).set(username=owner).render_as_string(hide_password=False)
    city = register.first_of_kind(OrganizationKind.CITY).path
    try:
        with pytest.raises(UnfitServerError, match="Only a superuser"):
            partition_members(url, OrganizationKind.CITY, {city: empty_second()})
        assert rows(own_province_url, "SELECT count(*) FROM members") == [(MEMBERS,)]
    finally:
        rows(own_province_url, f"REASSIGN OWNED BY {owner} TO postgres; DROP OWNED BY {owner}; DROP ROLE {owner}")


def test_parts_hold_every_path_once() -> None:
    parts = parts_between(["1/2/", "1/3/", "1/4/7/", "1/4/8/"], {"1/4/": "second"})
    bounds = [(part.begin, part.end) for part in parts]
    assert bounds == [(None, "1/2/"), ("1/2/", "1/3/"), ("1/3/", "1/4/"), ("1/4/", "1/40"), ("1/40", None)]
    assert [part.server for part in parts] == [None, None, None, "second", None]
    assert end_of_subtree("1/4/") == "1/40"


def test_no_part_elsewhere_lies_within_another() -> None:
    with pytest.raises(ValueError, match="within another"):
        parts_between([], {"1/4/": "second", "1/4/7/": "third"})


async def test_where_all_parts_lie_here_a_move_is_one_change_too(parted_here: str, register: Register) -> None:
    member = register.members[0]
    cities = [each for each in register.of_kind(OrganizationKind.CITY) if not member.org_path.startswith(each.path)]
    branches = register.of_kind(OrganizationKind.BRANCH)
    branch = next(each for each in branches if each.path.startswith(cities[-1].path))

    async with connect(parted_here, connections=2, audit_key=AUDIT_KEY) as database, database.writing() as session:
        await change_member(session, member.id, {"branch_id": branch.id, "org_path": branch.path}, system_clock())

    changed = [("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])]
    assert rows(parted_here, TOLD, (member.id,)) == changed
    counted = {(1, branch.path), (-1, member.org_path)}
    assert set(rows(parted_here, DELTAS, ([branch.path, member.org_path],))) == counted
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        rows(parted_here, "UPDATE members SET branch_id = 0 WHERE id = %s RETURNING 1", (member.id,))


def test_numbers_go_on_after_those_who_have_left(parted_here: str, register: Register) -> None:
    [(number,)] = rows(parted_here, "SELECT nextval(pg_get_serial_sequence('members', 'id'))")
    assert number > max(member.id for member in register.members)


def test_the_server_may_read_each_part(parted_here: str) -> None:
    """As `dengta doctor` looks at it, which upgrades nothing."""
    may = (
        "SELECT bool_and(has_table_privilege('dengta_server', oid, 'SELECT')) FROM pg_class WHERE relname ~ '^members'"
    )
    assert rows(parted_here, may + " AND relkind IN ('r', 'p')") == [(True,)]
