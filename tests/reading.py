"""Reading every row of a register, past scope and permissions."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from domain.records import MemberRecord, OrganizationRecord
from storage.engine import Database
from storage.members import MEMBER_COLUMNS
from storage.organizations import ORGANIZATION_COLUMNS
from tests.oracle import Register


async def read_register(database: Database, day: date) -> Register:
    members: Select[Any] = select(*MEMBER_COLUMNS)
    organizations: Select[Any] = select(*ORGANIZATION_COLUMNS)
    async with database.read() as connection:
        member_rows = await connection.execute(members)
        organization_rows = await connection.execute(organizations)
    records = map(OrganizationRecord._make, organization_rows)
    return Register({record.id: record for record in records}, [MemberRecord._make(row) for row in member_rows], day)
