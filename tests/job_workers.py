"""A worker that runs jobs of a test's own, beside the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.job_worker import JobWorker
from storage.jobs import JobKind


@asynccontextmanager
async def working(
    url: str, *kinds: JobKind, at_once: int = 10, lost_after: float = 2.0
) -> AsyncIterator[list[BaseException]]:
    """What it reports meanwhile."""
    reported: list[BaseException] = []
    async with JobWorker(url, kinds, reported.append, at_once=at_once, lost_after=lost_after).running():
        yield reported
