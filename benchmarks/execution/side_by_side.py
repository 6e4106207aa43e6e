"""The comparison: contenders in turn, round after round, so that the machine's noise falls on all of them alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.progress import Progress

from benchmarks.execution.load import Slice, same_request
from benchmarks.execution.processes import Running
from benchmarks.execution.queries import Query
from benchmarks.execution.verifying import Bodies

CLIENTS = (1, 16)
_WARMING = 0.2
"""Of the length of a round: what each contender runs beforehand, unmeasured."""


@dataclass(frozen=True)
class Effort:
    """How long is measured: so many rounds, each of so many seconds for every contender."""

    seconds: float
    rounds: int


@dataclass
class Result:
    """One contender under one query from so many clients; its figures are medians of the rounds."""

    query: str
    clients: int
    contender: str
    slices: list[Slice] = field(default_factory=list)
    cpu_milliseconds: list[float] = field(default_factory=list)

    def milliseconds(self, quantile: float) -> float:
        return median(each.milliseconds(quantile) for each in self.slices)

    @property
    def per_second(self) -> float:
        return median(each.per_second for each in self.slices)

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time that the server spends on a request."""
        return median(self.cpu_milliseconds)


async def side_by_side(
    contenders: Sequence[Running], queries: Sequence[Query], bodies: Bodies, effort: Effort
) -> list[Result]:
    results: list[Result] = []
    with Progress(refresh_per_second=1) as progress:
        task = progress.add_task("", total=len(bodies) * len(CLIENTS) * effort.rounds)
        for query in queries:
            for clients in CLIENTS:
                progress.update(task, description=f"{query.name}, {clients} clients")
                able = [each for each in contenders if each.contender.answers(query)]
                entrants = [_Entrant(each, query, bodies, clients) for each in able]
                for entrant in entrants:
                    await entrant.warm_up(effort.seconds * _WARMING)
                for _ in range(effort.rounds):
                    for entrant in entrants:
                        await entrant.run(effort.seconds)
                        progress.advance(task)
                results += [entrant.result for entrant in entrants]
    return results


class _Entrant:
    """A contender that is asked one query by so many clients."""

    def __init__(self, server: Running, query: Query, bodies: Bodies, clients: int) -> None:
        self.result = Result(query.name, clients, server.contender.name)
        self._server = server
        self._request = server.contender.request(query)
        self._expected = bodies[query.name, server.contender.name]

    async def warm_up(self, seconds: float) -> None:
        await self._slice(seconds)

    async def run(self, seconds: float) -> None:
        before = self._server.cpu_seconds
        taken = await self._slice(seconds)
        self.result.cpu_milliseconds.append((self._server.cpu_seconds - before) / taken.requests * 1000)
        self.result.slices.append(taken)

    async def _slice(self, seconds: float) -> Slice:
        return await same_request(self._server.port, self._request, self._expected, self.result.clients, seconds)
