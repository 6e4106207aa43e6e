"""The first compilation of a large document, in this process: all that is done before the first object is read."""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter
from typing import NamedTuple, TypeVar

from graphql import GraphQLSchema, parse, validate

from execution import CompiledExecutor, strawberry_shortcuts
from schema.build import build_schema, graphql_schema
from server.operations.executors import NATIVES

_FIELDS = 200
_TIMES = 25
_OF_MEMBERS = (
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
_OF_ORGANIZATIONS = ("id", "name", "kind", "divisionCode", "canApproveMembership")


ResultT = TypeVar("ResultT")


class _Parts(NamedTuple):
    """Milliseconds."""

    parse: float
    validate: float
    compile: float
    prepare: float


def first_compilation() -> Iterator[str]:
    """Parsing and validating beside it, which every server does with a document it has never seen."""
    schema = graphql_schema(build_schema())
    yield f"| {_FIELDS} fields, ms | parse | validate | compile | prepare | compile + prepare |"
    yield "|---|---|---|---|---|---|"
    for name, text in (("flat", _flat), ("nested", _nested)):
        every = [_parts_of(schema, text(number)) for number in range(_TIMES)]
        figures = [*(median(each) for each in zip(*every, strict=True)), median(sum(each[2:]) for each in every)]
        yield f"| {name} | {' | '.join(f'{figure:.2f}' for figure in figures)} |"


def _parts_of(schema: GraphQLSchema, text: str) -> _Parts:
    """With a new executor, and a text that was not there before: nothing remembers anything of it."""
    parsing, document = _timed(lambda: parse(text))
    validating, errors = _timed(lambda: validate(schema, document))
    if errors:
        raise errors[0]
    executor = CompiledExecutor(schema, strawberry_shortcuts, NATIVES)
    compiling, operation = _timed(lambda: executor.compile(document))
    preparing, _ = _timed(operation.prepare)
    return _Parts(parsing, validating, compiling, preparing)


def _timed(work: Callable[[], ResultT]) -> tuple[float, ResultT]:
    began = perf_counter()
    result = work()
    return (perf_counter() - began) * 1000, result


def _flat(number: int) -> str:
    """Of one member."""
    return f"{{ members(first: 1) {{ nodes {{ {_fields(number, _OF_MEMBERS, _FIELDS)} }} }} }}"


def _nested(number: int) -> str:
    """A fifth on each level: organisations, the children of each, their members, the branch of each, its parent."""
    organization, member = (_fields(number, names, _FIELDS // 5) for names in (_OF_ORGANIZATIONS, _OF_MEMBERS))
    branch = f"branch {{ {organization} parent {{ {organization} }} }}"
    children = (
        f"children(first: 1) {{ nodes {{ {organization} members(first: 1) {{ nodes {{ {member} {branch} }} }} }} }}"
    )
    return f"{{ organizations(first: 1) {{ nodes {{ {organization} {children} }} }} }}"


def _fields(number: int, names: tuple[str, ...], many: int) -> str:
    """Under aliases that have the number in them."""
    return " ".join(f"f{number}_{place}: {names[place % len(names)]}" for place in range(many))
