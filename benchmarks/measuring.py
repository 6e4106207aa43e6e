import random
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from rich.progress import track

from benchmarks.asking import Asker
from benchmarks.conditions import Case

PAGE = """
query Page($where: MemberFilter, $order: [MemberOrder!]) {
  members(where: $where, orderBy: $order, first: 50) {
    nodes { id name gender birthDate joinedOn phone branch { name } }
  }
}
"""
NOTHING = "{ __typename }"
_ROUNDS = 3


@dataclass
class Measured:
    case: Case
    rows: int
    times: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        return median(self.times)


async def measured(asker: Asker, cases: list[Case], title: str) -> list[Measured]:
    """Each case once to warm up and then in a few shuffled rounds, so that noise falls on all of them alike."""
    results = {case.name: Measured(case, await _rows(asker, case)) for case in track(cases, f"{title}: warming up")}
    for number in range(_ROUNDS):
        shuffled = random.Random(number).sample(cases, len(cases))  # noqa: S311 # an order of measuring
        for case in track(shuffled, f"{title}: round {number + 1} of {_ROUNDS}"):
            took, _ = await asker.timed(PAGE, {"where": case.where, "order": case.order})
            results[case.name].times.append(took)
    return list(results.values())


async def _rows(asker: Asker, case: Case) -> int:
    data = await asker.ask(PAGE, {"where": case.where, "order": case.order})
    return len(data["members"]["nodes"])


async def repeated(asker: Asker, queries: dict[str, str], times: int = 30) -> dict[str, float]:
    """The median of each query, taken in turns."""
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(times):
        for name, query in queries.items():
            taken[name].append((await asker.timed(query))[0])
    return {name: median(values) for name, values in taken.items()}
