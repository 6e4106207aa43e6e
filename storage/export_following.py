"""导出进度: following exports while other processes write them."""

from collections.abc import AsyncGenerator
from functools import partial

from domain.exports import ExportRecord
from storage.engine import Database
from storage.exports import CHANNEL, export_of, exports_with_ids
from storage.job_following import FollowedJobs, FollowedKind

LOOKS_EVERY = 2.0
"""Seconds."""


class FollowedExports:
    """`database.shared(FollowedExports)`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs = FollowedJobs(database, FollowedKind(CHANNEL, exports_with_ids, lambda: LOOKS_EVERY))

    def follow(self, subject: str, scope: str, number: int) -> AsyncGenerator[ExportRecord, None]:
        """As `FollowedJobs.follow`; nothing when it is another's."""
        return self._jobs.follow(number, partial(export_of, self._database, subject, scope, number))
