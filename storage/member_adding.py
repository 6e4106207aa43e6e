"""新增党员: one person who enters the register, within a transaction."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert

from domain.codes import RealNameStatus
from domain.members import MemberDraft
from domain.pinyin import full_pinyin, initials
from storage.models import Member
from storage.revalidation import check_saved
from storage.writing import WriteSession


async def add_member(
    session: WriteSession, draft: MemberDraft, path: str, real_name_status: RealNameStatus, now: datetime
) -> int:
    """The id of the new member, below `path`, that of the branch, which is held."""
    values = {
        **asdict(draft),
        **spelled(draft.name or ""),
        "org_path": path,
        "real_name_status": real_name_status.value,
        "transfer_in_progress": False,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    rows = await session.rows(insert(Member).values(values).returning(Member.id))
    member_id = int(rows[0][0])
    await check_saved(session, member_id, now, before=None)
    return member_id


def spelled(name: str) -> Mapping[str, object]:
    """The columns that follow from a name."""
    return {"name_pinyin": full_pinyin(name), "name_initials": initials(name)}
