"""Cold, without a server and a database: what the executors themselves make of a document they have never seen."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from graphql import DocumentNode, GraphQLSchema, build_schema, execute, parse, validate

from benchmarks.execution.queries import never_seen_list
from benchmarks.execution.verifying import UnequalAnswersError, differences
from execution import CompiledExecutor

_SIZES = (1, 10, 100)
_TIMES = 200
_SDL = """
type Query { members(first: Int!): Members! }
type Members { nodes: [Member!]! }
type Member {
  name: String! identityNumber: String! gender: String! ethnicity: String birthDate: String education: String
  category: String! joinedOn: String formalOn: String workPosition: String! phone: String homeAddress: String
  status: String! lostContact: Boolean! floating: Boolean! realNameStatus: String! version: Int! updatedAt: String!
  branch: Organization!
}
type Organization { name: String! kind: String! parent: Organization }
"""
_VALUES = {"String": "文字", "Boolean": False, "Int": 7}

Execute = Callable[[DocumentNode], Any]


def never_seen_in_memory() -> Iterator[str]:
    """Parse, validate, compile and execute beside parse, validate and execute, in turn; medians."""
    schema = _schema()
    executor = CompiledExecutor(schema)
    ways = (lambda document: executor.compile(document).execute(), partial(execute, schema))
    numbers = count()
    yield "| objects | compiled, ms | graphql-core, ms | ratio |"
    yield "|---|---|---|---|"
    for size in _SIZES:
        texts = [never_seen_list(next(numbers), size).text for _ in range(_TIMES)]
        one, other = _medians(schema, ways, texts)
        yield f"| {size} | {one:.2f} | {other:.2f} | {one / other:.2f} |"


def _medians(schema: GraphQLSchema, ways: tuple[Execute, Execute], texts: Sequence[str]) -> list[float]:
    times: tuple[list[float], list[float]] = ([], [])
    for text in texts:
        answers = [_timed(schema, way, text, its) for way, its in zip(ways, times, strict=True)]
        where = next(differences(*answers), None)
        if where is not None:
            raise UnequalAnswersError(where)
    return [median(each) for each in times]


def _timed(schema: GraphQLSchema, way: Execute, text: str, times: list[float]) -> Any:
    """The answer; the milliseconds are added to the times."""
    began = perf_counter()
    document = parse(text)
    errors = validate(schema, document)
    result = way(document)
    times.append((perf_counter() - began) * 1000)
    if errors or result.errors:
        raise UnequalAnswersError(f"{errors} {result.errors}")
    return result.data


def _schema() -> GraphQLSchema:
    """Its data are objects in memory; all fields but the list itself are attributes, without a resolver."""
    schema = build_schema(_SDL)
    members = [_member(schema, number) for number in range(max(_SIZES))]
    query: Any = schema.query_type
    query.fields["members"].resolve = lambda _root, _info, first: SimpleNamespace(nodes=members[:first])
    return schema


def _member(schema: GraphQLSchema, number: int) -> SimpleNamespace:
    parent = SimpleNamespace(name="中共东城街道委员会", kind="GRASSROOTS_COMMITTEE")
    branch = SimpleNamespace(name=f"第{number % 10}支部", kind="BRANCH", parent=parent)
    fields: Any = schema.type_map["Member"]
    values = {name: _VALUES.get(str(field.type).rstrip("!")) for name, field in fields.fields.items()}
    return SimpleNamespace(**{**values, "branch": branch})
