"""批量信息校验: a job that checks the members of an organisation's subtree."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.codes import CheckState
from domain.errors import Message, Problem

UNDER_WAY = (CheckState.QUEUED, CheckState.RUNNING)


class CheckRecord(NamedTuple):
    """批量信息校验."""

    id: int
    organization_id: int
    org_path: str
    rules: Sequence[str]
    state: str
    members_done: int
    members_total: int
    path_done: str
    id_done: int
    started_by: str | None
    started_at: datetime
    ended_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def progress(self) -> tuple[bool, int]:
        """Grows with everything that becomes of it."""
        return not self.is_under_way, self.members_done


CHECK_RUNNING = Problem(
    "CHECK_RUNNING",
    Message(
        "该组织正在批量校验：请等待完成，或先取消。",
        "A check of this organisation is under way: wait for its end, or cancel it first.",
    ),
    ("organizationId",),
)
CHECK_ENDED = Problem(
    "CHECK_ENDED", Message("该批量校验已经结束。", "This check has come to its end already."), ("id",)
)
