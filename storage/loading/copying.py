"""Rows of the synthetic province, as COPY takes them."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from psycopg import Connection, Cursor, sql

from domain.synthetic.files import APPLICATION, APPLICATION_KEY
from domain.synthetic.member import SyntheticMember
from domain.synthetic.members import MemberMaker
from domain.synthetic.organizations import PlannedOrganization
from domain.synthetic.registrations import Registration, registration_of
from storage.models import Member, Organization

Breaches = dict[str, list[int]]

_ORGANIZATION_COLUMNS = tuple(column.name for column in Organization.__table__.columns)
_FILE_COLUMNS = ("id", "purpose", "member_id", "name", "content_type", "size", "object_key", "uploaded_at")
_MEMBER_VALUES = {
    "name": "name.text",
    "name_pinyin": "name.pinyin",
    "name_initials": "name.initials",
    "photo_key": "photo",
}
_organization_values = attrgetter(*_ORGANIZATION_COLUMNS)
_MEMBER_COLUMNS = tuple(column.name for column in Member.__table__.columns if column.name != "version")
_member_values = attrgetter(*(_MEMBER_VALUES.get(name, name) for name in _MEMBER_COLUMNS))
_WITH_AN_ATTACHMENT_EVERY = 97
_APPLICATION = ("入党申请书.pdf", "application/pdf", len(APPLICATION), APPLICATION_KEY)


def copy_organizations(connection: Connection[Any], planned: Iterable[PlannedOrganization]) -> int:
    """How many there were."""
    count = 0
    with connection.cursor().copy(_copy("organizations", _ORGANIZATION_COLUMNS)) as copy:
        for organization in planned:
            copy.write_row(_organization_values(organization.record))
            count += 1
    return count


def copy_members(
    connection: Connection[Any], maker: MemberMaker, branches: Iterable[PlannedOrganization]
) -> tuple[int, Breaches]:
    """All members of the branches, with what is theirs, in one transaction: how many, and who breaks which rule."""
    breaches: Breaches = {}
    attachments: list[tuple[object, ...]] = []
    registrations: list[Registration] = []
    count = 0
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(_copy("members", (*_MEMBER_COLUMNS, "version"))) as copy:
            for branch in branches:
                for member, rules in maker.members(branch):
                    copy.write_row((*_member_values(member), 1))
                    count += 1
                    for rule in rules:
                        breaches.setdefault(rule, []).append(member.id)
                    if member.id % _WITH_AN_ATTACHMENT_EVERY == 0:
                        attachments.append(_attachment(member))
                    if registration := registration_of(member):
                        registrations.append(registration)
        _copy_rows(cursor, _copy("files", _FILE_COLUMNS), attachments)
        _copy_rows(cursor, _copy("member_accounts", Registration._fields), registrations)
    return count, breaches


def _copy_rows(cursor: Cursor[Any], statement: sql.Composed, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _attachment(member: SyntheticMember) -> tuple[object, ...]:
    number = member.id // _WITH_AN_ATTACHMENT_EVERY
    return (number, "ATTACHMENT", member.id, *_APPLICATION, member.created_at)


def _copy(table: str, columns: Iterable[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
