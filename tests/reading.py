"""Reading every row of a register, past scope and permissions."""

from datetime import date

from sqlalchemy import select

from domain.records import MemberRecord, OrganizationRecord, columns_of, record_class
from storage.engine import Database
from storage.models import Member, Organization
from tests.oracle import Register


async def read_register(database: Database, day: date) -> Register:
    fields = {kind: columns_of(kind) for kind in (MemberRecord, OrganizationRecord)}
    members = await database.rows(select(*(getattr(Member, name) for name in fields[MemberRecord])))
    organizations = await database.rows(select(*(getattr(Organization, name) for name in fields[OrganizationRecord])))
    records = map(record_class(OrganizationRecord, fields[OrganizationRecord])._make, organizations)
    make_member = record_class(MemberRecord, fields[MemberRecord])._make
    return Register({record.id: record for record in records}, [make_member(row) for row in members], day)
