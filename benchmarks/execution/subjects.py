"""Whom the queries ask about, chosen from whatever province there is."""

from sqlalchemy import select

from benchmarks.execution.queries import Subject
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from storage.demo_accounts import organizations_for_demo
from storage.engine import Database
from storage.models import File


async def province_and_subject(database: Database) -> tuple[OrganizationRecord, Subject]:
    """The top of the tree; its first county, and the first member with an attachment."""
    province, county, *_ = await organizations_for_demo(database)
    member = await database.number(select(File.member_id).order_by(File.id).limit(1))
    subject = Subject(encoded("Member", member), member, encoded("Organization", county.id), county.id)
    return province, subject
