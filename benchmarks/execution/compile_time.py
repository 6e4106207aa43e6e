"""The first compilation of a large document, in this process."""

from collections.abc import Callable, Iterator
from importlib import import_module
from statistics import median
from time import perf_counter
from typing import Any

from graphql import DocumentNode, GraphQLSchema, parse, validate

from schema.build import build_schema, graphql_schema

_FIELDS = 200
_TIMES = 9
_NAMES = (
    "name",
    "gender",
    "birthDate",
    "education",
    "category",
    "joinedOn",
    "phone",
    "status",
    "floating",
    "updatedAt",
)


def first_compilation() -> Iterator[str]:
    """Parsing and validating beside it, which every server does with a document it has never seen."""
    schema = graphql_schema(build_schema())
    document = parse(_text())
    compile_anew = _compilation(schema)
    if compile_anew is None:
        yield "There is no compiled executor here, so the time of the first compilation was left out."
        return
    yield f"| a document of {_FIELDS} fields | ms |"
    yield "|---|---|"
    yield f"| parse | {_milliseconds(lambda: parse(_text())):.2f} |"
    yield f"| validate | {_milliseconds(lambda: validate(schema, document)):.2f} |"
    yield f"| compile | {_milliseconds(lambda: compile_anew(document)):.2f} |"


def _text() -> str:
    fields = " ".join(f"f{number}: {_NAMES[number % len(_NAMES)]}" for number in range(_FIELDS))
    return f"{{ members(first: 1) {{ nodes {{ {fields} }} }} }}"


def _compilation(schema: GraphQLSchema) -> Callable[[DocumentNode], Any] | None:
    """Compiles with a new executor each time, which remembers nothing; None without a compiled executor."""
    execution = import_module("execution")
    executor = getattr(execution, "CompiledExecutor", None)
    shortcuts = getattr(execution, "strawberry_shortcuts", None)
    if executor is None or shortcuts is None:
        return None
    return lambda document: executor(schema, shortcuts).compile(document)


def _milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_TIMES):
        began = perf_counter()
        work()
        times.append((perf_counter() - began) * 1000)
    return median(times)
