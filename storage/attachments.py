"""相关资料: the attachments of members, current or not, within a scope."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, select

from domain.codes import FilePurpose
from domain.records import AttachmentRecord
from storage.engine import Database
from storage.filters import scope_values, scoped
from storage.models import File, HistoryMember, Member
from storage.statements import Statement, array_of, parameter, statement_of


async def attachments_of_members(
    database: Database, scope: str, member_ids: Sequence[int]
) -> Mapping[int, Sequence[AttachmentRecord]]:
    """The attachments of those members that are within the scope, oldest first."""
    return await _attachments_of(database, scope, Member, member_ids)


async def attachments_of_history(
    database: Database, scope: str, member_ids: Sequence[int]
) -> Mapping[int, Sequence[AttachmentRecord]]:
    """The same of those who have left."""
    return await _attachments_of(database, scope, HistoryMember, member_ids)


async def _attachments_of(
    database: Database, scope: str, owner: type[Member] | type[HistoryMember], ids: Sequence[int]
) -> Mapping[int, Sequence[AttachmentRecord]]:
    statement = _attachments(owner).with_values({"ids": array_of(ids), **scope_values(scope)})
    found: dict[int, list[AttachmentRecord]] = {}
    for record in map(AttachmentRecord._make, await database.rows(statement)):
        found.setdefault(record.member_id, []).append(record)
    return found


@lru_cache(maxsize=2)
def _attachments(owner: type[Member] | type[HistoryMember]) -> Statement:
    ids: Any = parameter("ids", ARRAY(BigInteger))
    return statement_of(
        select(*(getattr(File, name) for name in AttachmentRecord._fields))
        .join(owner, owner.id == File.member_id)
        .where(File.member_id == any_(ids), File.purpose == FilePurpose.ATTACHMENT.value, scoped(owner.org_path))
        .order_by(File.member_id, File.id)
    )
