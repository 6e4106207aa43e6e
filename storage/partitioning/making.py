"""转为分区: one table of members becomes many, in one transaction, while nobody else works on the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from domain.codes import OrganizationKind
from storage.engine import libpq_url, psycopg_url
from storage.migration import migrate
from storage.partitioning.layout import Part, parts_between
from storage.partitioning.steps import (
    TABLE,
    Progress,
    Step,
    filled_from,
    foreign_keys,
    indexes,
    is_partitioned,
    numbered_on,
    run,
    said,
)
from storage.partitioning.triggers import TRIGGERS
from storage.privileges import SERVER_ROLE

_PATHS = "SELECT path FROM organizations WHERE kind = %s"

_SUPERUSER_ALONE = (
    "Only a superuser of the primary may make parts elsewhere, since their extension is for the whole database. Run "
    "the command with the DATABASE_URL of one."
)

# Whoever reads a page wants its first rows soon; and what is asked of one server need not wait for the other's answer.
_SERVER_OPTIONS = (
    "fetch_size '1000', batch_size '500', async_capable 'true', use_remote_estimate 'true', extensions 'pg_trgm'"
)


class AlreadyPartitionedError(Exception):
    """The members are in parts already; how, is decided once."""


class UnfitServerError(Exception):
    """Another server cannot hold a part; the message says why."""


class NothingToPartError(Exception):
    """There is but one part to make, which is the table that there is."""


@dataclass(frozen=True, slots=True)
class Partitioned:
    """What was made."""

    members: int
    parts: Sequence[Part]


def partition_members(
    url: str,
    level: OrganizationKind,
    elsewhere: Mapping[str, str],
    progress: Progress = lambda _done, _all: None,
) -> Partitioned:
    """A part for each organisation of the `level`. `elsewhere`: path of an organisation → URL of an empty database of
    another server, which holds its subtree.

    AlreadyPartitionedError, NothingToPartError, UnfitServerError; ValueError as `parts_between` has it. Nothing is
    changed then.
    """
    with psycopg.connect(libpq_url(url)) as connection:
        if is_partitioned(connection):
            raise AlreadyPartitionedError("The members are in parts already.")
        connection.execute("LOCK TABLE organizations, members IN ACCESS EXCLUSIVE MODE")
        paths = [row[0] for row in connection.execute(_PATHS, [level.value])]
        parts = parts_between(paths, elsewhere)
        if len(parts) == 1:
            raise NothingToPartError(
                f"The register has no organisation of kind {level.value}, by which to make parts. Load or import first."
            )
        for part in parts:
            if part.server is not None:
                _make_fit(part.server, part)
        try:
            return Partitioned(run(connection, _steps(parts), progress), parts)
        except InsufficientPrivilege as error:
            raise UnfitServerError(_SUPERUSER_ALONE) from error


def _steps(parts: Sequence[Part]) -> list[Step]:
    return [
        *_parent(),
        *(step for part in parts for step in _part(part)),
        *_filled(),
        *_indexes(parts),
        *_finish(parts),
    ]


def _parent() -> list[Step]:
    """The sequence of the ids is the new table's own, and goes on where the old one's was."""
    return [
        sql.SQL("ALTER TABLE members RENAME TO members_before"),
        sql.SQL("CREATE TABLE members (LIKE members_before INCLUDING DEFAULTS) PARTITION BY RANGE (org_path)"),
        sql.SQL("CREATE SEQUENCE members_numbers OWNED BY members.id"),
        sql.SQL("ALTER TABLE members ALTER id SET DEFAULT nextval('members_numbers')"),
        numbered_on("'members_numbers'", "pg_get_serial_sequence('members_before', 'id')", "members_before"),
    ]


def _part(part: Part) -> list[Step]:
    values = sql.SQL("FOR VALUES FROM ({}) TO ({})").format(
        _bound(part.begin, "MINVALUE"), _bound(part.end, "MAXVALUE")
    )
    table = sql.Identifier(part.table)
    if part.server is None:
        return [sql.SQL("CREATE TABLE {} PARTITION OF members {}").format(table, values)]
    server = sql.Identifier(f"{part.table}_server")
    place, user = _place(part.server)
    of_table = sql.SQL("SERVER {} OPTIONS (schema_name 'public', table_name 'members')").format(server)
    return [
        sql.SQL("CREATE EXTENSION IF NOT EXISTS postgres_fdw"),
        sql.SQL("CREATE SERVER {} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({}, {})").format(
            server, place, sql.SQL(_SERVER_OPTIONS)
        ),
        sql.SQL("GRANT USAGE ON FOREIGN SERVER {} TO {}").format(server, sql.Identifier(SERVER_ROLE)),
        *(
            sql.SQL("CREATE USER MAPPING FOR {} SERVER {} OPTIONS ({})").format(role, server, user)
            for role in (sql.SQL("CURRENT_USER"), sql.Identifier(SERVER_ROLE))
        ),
        sql.SQL("CREATE FOREIGN TABLE {} PARTITION OF members {} {}").format(table, values, of_table),
    ]


def _bound(path: str | None, without: str) -> sql.Composable:
    return said(without) if path is None else sql.Literal(path)


def _place(url: str) -> tuple[Step, Step]:
    """Where the server is, and as whom it is spoken to. That there is no password, PostgreSQL must be told."""
    parsed = make_url(url)
    host, port = parsed.host or parsed.query.get("host"), parsed.port or parsed.query.get("port", "5432")
    place = {**_texts(parsed.query), "host": str(host), "port": str(port), "dbname": str(parsed.database)}
    user = {"user": parsed.username or "postgres"}
    secret = {"password": str(parsed.password)} if parsed.password else {"password_required": "false"}
    return _options(place), _options({**user, **secret})


def _texts(query: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
    return {name: value for name, value in query.items() if isinstance(value, str)}


def _options(options: Mapping[str, str]) -> Step:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in options.items()
    )


def _make_fit(url: str, part: Part) -> None:
    """The database there gets Dengta's tables, of which the members are filled alone; what belongs to the others stays
    with the primary: triggers, and the key to the organisations. UnfitServerError when somebody is there already."""
    try:
        migrate(psycopg_url(url))
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise UnfitServerError(f"The database for a part cannot be used: {reason}. Check its address.") from error
    with psycopg.connect(libpq_url(url)) as connection:
        if connection.execute("SELECT FROM members LIMIT 1").fetchone() is not None:
            raise UnfitServerError("The database for a part holds members already; it must be an empty one.")
        for key in TABLE.foreign_key_constraints:
            connection.execute(
                sql.SQL("ALTER TABLE members DROP CONSTRAINT IF EXISTS {}").format(sql.Identifier(str(key.name)))
            )
        connection.execute("ALTER TABLE members DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE members DROP CONSTRAINT IF EXISTS members_of_this_part")
        within = sql.SQL("org_path >= {} AND org_path < {}").format(sql.Literal(part.begin), sql.Literal(part.end))
        connection.execute(sql.SQL("ALTER TABLE members ADD CONSTRAINT members_of_this_part CHECK ({})").format(within))


def _filled() -> list[Step]:
    return [filled_from("members_before"), sql.SQL("DROP TABLE members_before CASCADE")]


def _indexes(parts: Sequence[Part]) -> list[Step]:
    """Those of the model, on every part that lies here. A key over all parts there cannot be: the numbers come from one
    sequence, and identity numbers are held against one another under a lock in any case."""
    made = [*indexes(), sql.SQL("CREATE INDEX ix_members_number ON members (id)")]
    return [*made, *foreign_keys()] if all(part.server is None for part in parts) else made


def _finish(parts: Sequence[Part]) -> list[Step]:
    whose = "PostgreSQL" if all(part.server is None for part in parts) else "trigger"
    moved = [trigger for part in parts for trigger in _mover(part, whose)]
    tables = sql.SQL(", ").join(map(sql.Identifier, ["members", "member_moves", *(part.table for part in parts)]))
    return [
        *(said(step) for step in TRIGGERS),
        *moved,
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(tables, sql.Identifier(SERVER_ROLE)),
        sql.SQL("GRANT USAGE, SELECT ON SEQUENCE members_numbers TO {}").format(sql.Identifier(SERVER_ROLE)),
    ]


def _mover(part: Part, whose: str) -> list[Step]:
    """Of a row that is to lie in another part: who moves it."""
    outside = [
        sql.SQL("NEW.org_path {} {}").format(sql.SQL(sign), sql.Literal(bound))
        for sign, bound in (("<", part.begin), (">=", part.end))
        if bound is not None
    ]
    if not outside:
        return []
    return [
        sql.SQL(
            "CREATE TRIGGER member_row_moves BEFORE UPDATE ON {} FOR EACH ROW WHEN ({}) "
            "EXECUTE FUNCTION member_row_moves({})"
        ).format(
            sql.Identifier(part.table),
            sql.SQL(" OR ").join(outside),
            sql.Literal(whose),
        )
    ]
