"""新增党员: one person who enters the register, within a transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert

from domain.codes import RealNameStatus
from domain.members import MemberDraft
from domain.pinyin import full_pinyin, initials
from storage.models import Member
from storage.revalidation import check_saved
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class Entered:
    """What a new member has that nobody enters: the path of the branch, which is held, what is known of the name, and
    the key of the photo."""

    path: str
    real_name_status: RealNameStatus
    photo: str | None
    at: datetime


async def add_member(session: WriteSession, draft: MemberDraft, entered: Entered) -> int:
    """The id of the new member."""
    values = {
        **asdict(draft),
        **spelled(draft.name or ""),
        "org_path": entered.path,
        "real_name_status": entered.real_name_status.value,
        "transfer_in_progress": False,
        "photo": entered.photo,
        "version": 1,
        "created_at": entered.at,
        "updated_at": entered.at,
    }
    rows = await session.rows(insert(Member).values(values).returning(Member.id))
    member_id = int(rows[0][0])
    await check_saved(session, member_id, entered.at, before=None)
    return member_id


def spelled(name: str) -> Mapping[str, object]:
    """The columns that follow from a name."""
    return {"name_pinyin": full_pinyin(name), "name_initials": initials(name)}
