"""Growth: what a row of a large page costs in time and memory, for pages of several sizes."""

import asyncio
from collections.abc import AsyncIterator

from benchmarks.execution.contenders import Contender
from benchmarks.execution.load import answer_to, same_request
from benchmarks.execution.processes import Running, running
from benchmarks.execution.queries import list_of

_SIZES = (1_000, 2_500, 5_000, 10_000)
_SMALL = 100
_BETWEEN_LOOKS = 0.002
_MEBIBYTE = 2**20


async def growth_of(contender: Contender, members: int, seconds: float) -> AsyncIterator[str]:
    """A fresh process for each size, because a process keeps for later what it once took from the system.

    Sizes that a province of so many members cannot fill are left out.
    """
    yield "| members | p50, ms | µs a row | memory at the peak, MiB more | KiB a row |"
    yield "|---|---|---|---|---|"
    for size in (size for size in _SIZES if size <= members):
        with running(contender) as server:
            yield await _row(server, size, seconds)


async def _row(server: Running, size: int, seconds: float) -> str:
    await answer_to(server.port, server.contender.request(list_of(_SMALL)))
    request = server.contender.request(list_of(size))
    before = server.resident_bytes
    peak, body = await _peak_while_answering(server, request)
    milliseconds = (await same_request(server.port, request, body, 1, seconds)).milliseconds(0.5)
    grown = max(0, peak - before)
    return (
        f"| {size:,} | {milliseconds:.1f} | {milliseconds * 1000 / size:.1f} "
        f"| {grown / _MEBIBYTE:.1f} | {grown / 1024 / size:.2f} |"
    )


async def _peak_while_answering(server: Running, request: bytes) -> tuple[int, bytes]:
    """(the most memory seen, the body of the answer)."""
    peak = server.resident_bytes
    answering = asyncio.create_task(answer_to(server.port, request))
    while not answering.done():
        await asyncio.wait([answering], timeout=_BETWEEN_LOOKS)
        peak = max(peak, server.resident_bytes)
    return peak, await answering
