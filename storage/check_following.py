"""校验进度: following checks while other processes run them."""

from collections.abc import AsyncGenerator
from functools import partial

from domain.validation.check import CheckRecord
from storage.checks import CHANNEL, check_with_id, checks_with_ids
from storage.engine import Database
from storage.job_following import FollowedJobs, FollowedKind

LOOKS_EVERY = 2.0
"""Seconds."""


class FollowedChecks:
    """`database.shared(FollowedChecks)`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs = FollowedJobs(database, FollowedKind(CHANNEL, checks_with_ids, lambda: LOOKS_EVERY))

    def follow(self, scope: str, check_id: int) -> AsyncGenerator[CheckRecord, None]:
        """As `FollowedJobs.follow`; nothing outside the scope."""
        return self._jobs.follow(check_id, partial(check_with_id, self._database, scope, check_id))
