"""The results of the comparison as a table in Markdown."""

from collections.abc import Iterator, Sequence

from benchmarks.execution.contenders import Contender, Contenders
from benchmarks.execution.side_by_side import Result

_P50, _P99 = 0.5, 0.99


def table_of(results: Sequence[Result], contenders: Contenders) -> Iterator[str]:
    """`× stock`: how many times the requests a second; `time ÷ floor`: how many times the time of a request."""
    yield "| query | clients | contender | p50, ms | p99, ms | requests/s | CPU, ms | × stock | time ÷ floor |"
    yield "|---|---|---|---|---|---|---|---|---|"
    rates = {(each.query, each.clients, each.contender): each.per_second for each in results}
    for each in results:
        stock = rates[each.query, each.clients, contenders.stock.name]
        floor = rates[each.query, each.clients, contenders.floor.name]
        yield (
            f"| {each.query} | {each.clients} | {each.contender} "
            f"| {each.milliseconds(_P50):.2f} | {each.milliseconds(_P99):.2f} | {each.per_second:,.0f} "
            f"| {each.cpu:.2f} | {each.per_second / stock:.1f} | {floor / each.per_second:.1f} |"
        )


def beside(other: Contender, results: Sequence[Result], contenders: Contenders) -> Iterator[str]:
    """A line for each query that the other answers."""
    dengta = contenders.dengta.name
    rates = {(each.query, each.clients, each.contender): each.per_second for each in results}
    yield ""
    for query, clients in ((each.query, each.clients) for each in results if each.contender == other.name):
        times = rates[query, clients, dengta] / rates[query, clients, other.name]
        yield f"- {query}, clients: {clients}; requests/s of {dengta} ÷ {other.name}: {times:.2f}"
