from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.audit_verifying import BadEntry as BadEntryRecord
from domain.audit_verifying import VerifiedLog
from domain.codes import AuditProblem
from schema.costs import Costs
from schema.identifiers import encoded
from schema.scalars import BigInt
from schema.traits import record_field

AUDIT = FieldClass.AUDIT
MOST_SHOWN = 100


def _entry_id(root: BadEntryRecord) -> strawberry.ID | None:
    return None if root.id is None else encoded("AuditEntry", root.id)


@strawberry.type(description="问题记录。The first entry of a chain that is not as it was written.")
class BadAuditEntry:
    # fmt: off
    problem: AuditProblem = record_field("审计问题", "What is wrong with it.", read=AUDIT)
    writer: str = record_field("写入者", "The chain in which it stands.", read=AUDIT)
    number: BigInt = record_field("序号", "Its place in the chain.", read=AUDIT)
    entry_id: strawberry.ID | None = record_field("审计记录标识", "Global id of the entry; null when it is gone.", read=AUDIT, resolver=_entry_id)
    at: datetime | None = record_field("时间", "Its time; that of the nearest entry there is when it is gone.", read=AUDIT)
    # fmt: on


def _bad(root: VerifiedLog) -> list[BadEntryRecord]:
    return root.bad[:MOST_SHOWN]


def _bad_count(root: VerifiedLog) -> int:
    return len(root.bad)


@strawberry.type(description="审计日志验证结果。Whether the audit log is as it was written.")
class AuditVerification:
    # fmt: off
    is_intact: bool = record_field("是否完好", "Whether every entry that was looked at is as it was written, and none is gone.", read=AUDIT)
    is_whole: bool = record_field("是否全部验证", "Whether the whole log was looked at; otherwise its newest entries alone.", read=AUDIT)
    entries: int = record_field("记录数", "How many entries were looked at.", read=AUDIT)
    writers: int = record_field("写入者数", "In how many chains they stand.", read=AUDIT)
    bad_count: int = record_field("问题链数", "How many chains are not as they were written.", read=AUDIT, resolver=_bad_count)
    bad: list[BadAuditEntry] = record_field("问题记录", "The first bad entry of each such chain; 100 chains at most.", read=AUDIT, resolver=_bad, costs=Costs(size=10))
    # fmt: on
