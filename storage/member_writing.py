"""写入党员: many new members into the register, all of them or none.

Rows are first put into a temporary table, where a row costs a small part of what it costs among the members with all
their indexes, and where a refused file leaves nothing behind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date
from operator import attrgetter
from typing import NamedTuple, cast

import psycopg
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    NullPool,
    Table,
    create_engine,
    exists,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from domain.codes import OrganizationKind, RealNameStatus
from domain.members import MemberDraft
from domain.pinyin import full_pinyin, initials
from domain.validation import AS_SHIPPED, RulesInForce
from storage.engine import psycopg_url
from storage.import_checking import ImportSession, check_imported
from storage.models import Member, Organization

ONE_ADDS_IDENTITY_NUMBERS_AT_A_TIME = 7_367_012

_ENTERED = tuple(entered.name for entered in fields(MemberDraft))
_WRITTEN = (*_ENTERED, "name_pinyin", "name_initials")
_entered_values = attrgetter(*_ENTERED)
_STAGED = Table(
    "imported_members",
    MetaData(),
    Column("row_number", BigInteger),
    *(Column(name, Member.__table__.c[name].type) for name in _WRITTEN),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_SET = {
    "org_path": Organization.path,
    "real_name_status": literal(RealNameStatus.UNVERIFIED.value, Member.__table__.c.real_name_status.type),
    "transfer_in_progress": literal(value=False),
    "version": literal(1),
}
"""What a new member has that nobody entered."""
_IS_BRANCH = Organization.kind == OrganizationKind.BRANCH


class WriteFailedError(Exception):
    """The database failed or refused, and nothing was saved. It says why by SQLSTATE alone, for details hold values."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(f"SQLSTATE {sqlstate}" if sqlstate else "no connection")
        self.sqlstate = sqlstate


class OutcomeUnknownError(WriteFailedError):
    """The connection was lost while committing: everything was saved, or nothing."""


class BranchesOfName(NamedTuple):
    """How many branches have a name, and one of them; none when only organisations of other kinds have it."""

    branches: int
    a_branch_id: int | None


class RepeatedRow(NamedTuple):
    row_number: int
    first_row_number: int


@contextmanager
def member_writing(database_url: str, rules: RulesInForce = AS_SHIPPED) -> Iterator["MemberWriting"]:
    """One transaction; what was not committed when it ends never was. Members are checked by the `rules`."""
    # READ COMMITTED: a statement after a lock must see what the lock was waited for.
    engine = create_engine(
        psycopg_url(database_url), isolation_level="READ COMMITTED", poolclass=NullPool, hide_parameters=True
    )
    try:
        with engine.connect() as connection:
            connection.execute(CreateTable(_STAGED))  # not create(), which would make the enum types again
            yield MemberWriting(connection, rules)
    except DBAPIError as error:
        raise WriteFailedError(getattr(error.orig, "sqlstate", None)) from None
    except psycopg.Error as error:
        raise WriteFailedError(error.sqlstate) from None
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class MemberWriting:
    """Stage rows, look for what only the register knows, hold the branches, save, check, commit: in this order."""

    _connection: Connection
    _rules: RulesInForce
    _added: list[int] = field(default_factory=list)

    def is_branch_by_id(self, ids: Collection[int]) -> Mapping[int, bool]:
        """For each of the organisations that exists, whether it is a branch."""
        found = self._connection.execute(select(Organization.id, _IS_BRANCH).where(Organization.id.in_(ids)))
        return {organization_id: is_branch for organization_id, is_branch in found}  # noqa: C416 - names the two

    def branches_by_name(self, names: Collection[str]) -> Mapping[str, BranchesOfName]:
        """For each of the names that an organisation has; one row a name, however common it is."""
        counted = (func.count().filter(_IS_BRANCH), func.min(Organization.id).filter(_IS_BRANCH))
        found = self._connection.execute(
            select(Organization.name, *counted).where(Organization.name.in_(names)).group_by(Organization.name)
        )
        return {name: BranchesOfName(branches, a_branch_id) for name, branches, a_branch_id in found}

    def stage(self, rows: Iterable[tuple[int, MemberDraft]]) -> None:
        """Put drafts without problems aside, each with its row number."""
        self._copy(("row_number", *_WRITTEN), ((number, *_written_values(draft)) for number, draft in rows))

    def stage_identity_numbers(self, rows: Iterable[tuple[int, str]]) -> None:
        """Put the identity numbers of rows aside that cannot be saved, so that they too are compared."""
        self._copy(("row_number", "identity_number"), rows)

    def _copy(self, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY imported_members ({}) FROM STDIN").format(names)
        with self._driver().cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def _driver(self) -> psycopg.Connection:
        return cast(psycopg.Connection, self._connection.connection.driver_connection)

    def hold_new_identity_numbers(self) -> None:
        """Until the transaction ends nobody else who asks for this adds members: a look for duplicates stays true.

        A unique index cannot promise that: the register may hold duplicates of old, which the quality check reports.
        """
        self._connection.execute(select(func.pg_advisory_xact_lock(ONE_ADDS_IDENTITY_NUMBERS_AT_A_TIME)))
        self._connection.execute(text("ANALYZE imported_members"))

    def rows_repeating_a_row(self) -> list[RepeatedRow]:
        """Staged rows whose identity number an earlier row has, with the first that has it."""
        first_row_number = func.min(_STAGED.c.row_number).over(partition_by=_STAGED.c.identity_number)
        numbered = select(_STAGED.c.row_number, first_row_number.label("first_row_number")).subquery()
        repeated = select(numbered).where(numbered.c.row_number > numbered.c.first_row_number)
        return [RepeatedRow(*row) for row in self._connection.execute(repeated.order_by(numbered.c.row_number))]

    def rows_already_registered(self) -> list[int]:
        """Staged rows whose identity number a member of the register has."""
        return self._rows_where(exists().where(Member.identity_number == _STAGED.c.identity_number))

    def hold_branches(self) -> list[int]:
        """Keep the branches of the staged rows where they are until the transaction ends, locked in order of ids.

        Returns the rows whose branch has ceased to be one since it was looked up.
        """
        of_staged_rows = Organization.id.in_(select(_STAGED.c.branch_id).distinct())
        held = select(Organization.id).where(of_staged_rows).order_by(Organization.id).with_for_update(read=True)
        self._connection.execute(held)
        return self._rows_where(~exists().where(Organization.id == _STAGED.c.branch_id, _IS_BRANCH))

    def _rows_where(self, condition: ColumnElement[bool]) -> list[int]:
        rows = select(_STAGED.c.row_number).where(condition).order_by(_STAGED.c.row_number)
        return list(self._connection.scalars(rows))

    def save_staged(self, last_row_number: int, rows_at_a_time: int = 5_000) -> Iterator[int]:
        """Insert the staged members in the order of their rows; yields how many so far. Nothing is committed yet."""
        saved = 0
        for after in range(0, last_row_number, rows_at_a_time):
            saved += self._insert_rows(after, after + rows_at_a_time)
            yield saved

    def _insert_rows(self, after: int, until: int) -> int:
        """The staged rows in (after, until], below the paths that their branches have; returns how many there were."""
        rows = (
            select(*(_STAGED.c[name] for name in _WRITTEN), *_SET.values())
            .join(Organization, Organization.id == _STAGED.c.branch_id)
            .where(_STAGED.c.row_number > after, _STAGED.c.row_number <= until)
            .order_by(_STAGED.c.row_number)
        )
        statement = insert(Member).from_select([*_WRITTEN, *_SET], rows)
        added = self._connection.scalars(statement.returning(Member.id)).all()
        self._added.extend(added)
        return len(added)

    def check_saved(self, day: date) -> Iterator[int]:
        """Looks for what is wrong with the saved members; yields how many so far. Nobody else can save at its end."""
        return check_imported(ImportSession(self._driver(), self._rules), self._added, day)

    def commit(self) -> None:
        """Raises OutcomeUnknownError when nobody can tell any more."""
        try:
            self._connection.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise OutcomeUnknownError(getattr(error.orig, "sqlstate", None)) from None
            raise


def _written_values(draft: MemberDraft) -> tuple[object, ...]:
    name = draft.name or ""
    return (*_entered_values(draft), full_pinyin(name), initials(name))
