"""注册手机号检索: who holds a phone, within a scope."""

from sqlalchemy import and_, select

from domain.records import PhoneHolderRecord
from storage.engine import Database
from storage.filters import subtree
from storage.member_accounts import holding
from storage.models import HistoryMember, Member, MemberAccount


async def holders_of_phone(database: Database, scope: str, phone: str, most: int) -> list[PhoneHolderRecord]:
    """Whose account has it first; then the members in whose records it stands, so many at most."""
    contacts = await _members_with(database, scope, phone, most)
    registered = await _registered_with(database, scope, phone)
    others = [
        PhoneHolderRecord(number, has_left=False, is_registered=False, is_contact=True)
        for number in contacts
        if registered is None or number != registered.member_id
    ]
    if registered is None:
        return others
    return [registered, *others]


async def _members_with(database: Database, scope: str, phone: str, most: int) -> list[int]:
    """Current members, by their records."""
    found = select(Member.id).where(Member.phone == phone, subtree(Member.org_path, scope))
    return [row[0] for row in await database.rows(found.order_by(Member.id).limit(most))]


async def _registered_with(database: Database, scope: str, phone: str) -> PhoneHolderRecord | None:
    """The one, current or not, whose account has it."""
    of_member = and_(Member.id == MemberAccount.member_id, subtree(Member.org_path, scope))
    of_history = and_(HistoryMember.id == MemberAccount.member_id, subtree(HistoryMember.org_path, scope))
    found = (
        select(MemberAccount.member_id, Member.id, HistoryMember.id, Member.phone)
        .outerjoin(Member, of_member)
        .outerjoin(HistoryMember, of_history)
        .where(*holding(phone))
    )
    row = await database.row(found)
    if row is None or (row[1] is None and row[2] is None):
        return None
    return PhoneHolderRecord(row[0], has_left=row[1] is None, is_registered=True, is_contact=row[3] == phone)
