"""可见文件: files as one caller may see them. What is out of sight does not exist."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, exists, or_, select

from domain.codes import FilePurpose
from domain.files import FileRecord
from storage.approvals import within_sight
from storage.engine import Database
from storage.files import COLUMNS, is_staged_by
from storage.filters import scope_values, scoped, subtree
from storage.models import ApprovalRequest, File, HistoryMember, Member
from storage.statements import Statement, array_of, parameter, statement_of


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks: the caller's own staged files are always seen, and of others the files that belong to whatever lies in
    the scope and is of a kind that the caller may see."""

    subject: str
    scope: str
    of_members: Iterable[FilePurpose]
    of_history: Iterable[FilePurpose]
    of_requests: bool


async def file_in_sight(database: Database, sight: Sight, file_id: int) -> FileRecord | None:
    row = await database.row(select(*COLUMNS).where(File.id == file_id, File.removed_at.is_(None), or_(*_ways(sight))))
    return None if row is None else FileRecord(*row)


async def photo_of_member(database: Database, scope: str, member_id: int) -> str | None:
    """The key of its content; None outside the scope, too."""
    row = await database.row(select(Member.photo).where(Member.id == member_id, subtree(Member.org_path, scope)))
    return None if row is None else row[0]


async def photo_of_history(database: Database, scope: str, member_id: int) -> str | None:
    """The same of someone who has left."""
    found = select(HistoryMember.photo).where(HistoryMember.id == member_id, subtree(HistoryMember.org_path, scope))
    row = await database.row(found)
    return None if row is None else row[0]


async def photos_of_members(database: Database, scope: str, member_ids: Sequence[int]) -> Mapping[int, str]:
    """The keys of those that have a photo and are within the scope."""
    return await _photos_of(database, scope, Member, member_ids)


async def photos_of_history(database: Database, scope: str, member_ids: Sequence[int]) -> Mapping[int, str]:
    """The same of those who have left."""
    return await _photos_of(database, scope, HistoryMember, member_ids)


async def _photos_of(
    database: Database, scope: str, owner: type[Member] | type[HistoryMember], ids: Sequence[int]
) -> Mapping[int, str]:
    statement = _photos(owner).with_values({"ids": array_of(ids), **scope_values(scope)})
    return {number: key for number, key in await database.rows(statement) if key is not None}


@lru_cache(maxsize=2)
def _photos(owner: type[Member] | type[HistoryMember]) -> Statement:
    ids: Any = parameter("ids", ARRAY(BigInteger))
    return statement_of(select(owner.id, owner.photo).where(owner.id == any_(ids), scoped(owner.org_path)))


def _ways(sight: Sight) -> Iterator[ColumnElement[bool]]:
    yield is_staged_by(sight.subject)
    for owner, purposes in ((Member, sight.of_members), (HistoryMember, sight.of_history)):
        for purpose in purposes:
            owned = exists().where(owner.id == File.member_id, subtree(owner.org_path, sight.scope))
            yield (File.purpose == purpose.value) & owned
    if sight.of_requests:
        yield exists().where(ApprovalRequest.id == File.request_id, within_sight(sight.scope))
