"""Cold: documents that the server has never seen, so that nothing it remembers of others helps."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from statistics import median

from benchmarks.execution.load import answer_to, different_requests
from benchmarks.execution.processes import Running
from benchmarks.execution.queries import never_seen_list
from benchmarks.execution.side_by_side import Effort

_SIZES = (1, 100)
_numbers = count()


async def never_seen_documents(compiled: Running, interpreted: Running, effort: Effort) -> AsyncIterator[str]:
    yield f"| members | {compiled.contender.name}, ms | {interpreted.contender.name}, ms | ratio |"
    yield "|---|---|---|---|"
    for size in _SIZES:
        times: dict[int, list[float]] = {compiled.port: [], interpreted.port: []}
        for _ in range(effort.rounds):
            for server in (compiled, interpreted):
                times[server.port].append(await _milliseconds(server, size, effort.seconds))
        one, other = median(times[compiled.port]), median(times[interpreted.port])
        yield f"| {size} | {one:.2f} | {other:.2f} | {one / other:.2f} |"


async def _milliseconds(server: Running, size: int, seconds: float) -> float:
    requests = _requests(server, size)
    length = len(await answer_to(server.port, next(requests)))
    return (await different_requests(server.port, requests, length, seconds)).milliseconds(0.5)


def _requests(server: Running, size: int) -> Iterator[bytes]:
    """No number comes twice in a run."""
    for number in _numbers:
        yield server.contender.request(never_seen_list(number, size))
