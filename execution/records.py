"""Objects to dicts: for each selection set one function, generated once it has seen enough objects to be worth it.

The fast function knows the common case only: values of the class that the leaf type expects, objects beside the object
(to-one) that are there. At whatever else it meets it gives the object up; that one is then done field by field in the
general way, which finds the error and its place, if there is one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from keyword import iskeyword
from types import CodeType
from typing import Any, NamedTuple

from graphql import GraphQLLeafType

from execution.classes import PLAIN_CLASSES, is_plain
from execution.leaves import AS_IT_IS, NotPlainError, Write, writer_of
from execution.shortcuts import Attribute, OfContext, OfSource, Reading, TypeName

_WORTH_GENERATING = 200
"""Objects: to generate a function costs about as much as to do so many without one."""

Record = dict[str, Any]
Read = Callable[[Any, Any], Any]
"""(object, context) → value."""


class Built(NamedTuple):
    """The dicts in the order of the objects; where one was given up there is None, and its place is in `given_up`."""

    records: list[Any]
    given_up: list[int]


BuildRecords = Callable[[Sequence[Any], Any], Built]


@dataclass(frozen=True, slots=True)
class Column:
    """One response name. Without a shortcut its value is filled in later; without a leaf type, it is a dict itself."""

    name: str
    shortcut: Reading | None = None
    leaf: GraphQLLeafType | None = None
    nullable: bool = True
    below: tuple["Column", ...] = ()


class RecordBuilder:
    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._seen = 0
        self._steps = _steps(columns)
        self._build: BuildRecords = self._interpreted

    def build(self, sources: Sequence[Any], context: Any) -> Built:
        if self._seen < _WORTH_GENERATING:
            self._seen += len(sources)
            if self._seen >= _WORTH_GENERATING:
                self._build = generated(self._columns)
        return self._build(sources, context)

    def _interpreted(self, sources: Sequence[Any], context: Any) -> Built:
        built = Built([], [])
        for source in sources:
            try:
                built.records.append({name: step(source, context) for name, step in self._steps})
            except Exception:
                built.given_up.append(len(built.records))
                built.records.append(None)
        return built


def reader_of(shortcut: Reading) -> Read:
    if isinstance(shortcut, OfContext):
        return shortcut.function
    if isinstance(shortcut, TypeName):
        name = shortcut.name
        return lambda _source, _context: name
    read = shortcut.function if isinstance(shortcut, OfSource) else _attribute(shortcut.name)
    return lambda source, _context: read(source)


def _attribute(name: str) -> Callable[[Any], Any]:
    return lambda source: getattr(source, name)


# -- without generating


def _steps(columns: Sequence[Column]) -> list[tuple[str, Read]]:
    return [(column.name, _step(column)) for column in columns]


def _step(column: Column) -> Read:
    if column.shortcut is None:
        return lambda _source, _context: None
    read = reader_of(column.shortcut)
    if column.leaf is None:
        return _nested(read, column)
    return _nullable(read, writer_of(column.leaf)) if column.nullable else _required(read, writer_of(column.leaf))


def _nullable(read: Read, write: Write) -> Read:
    def step(source: Any, context: Any) -> Any:
        value = read(source, context)
        return None if value is None else write(value)

    return step


def _required(read: Read, write: Write) -> Read:
    def step(source: Any, context: Any) -> Any:
        value = read(source, context)
        if value is None:
            raise NotPlainError
        return write(value)

    return step


def _nested(read: Read, column: Column) -> Read:
    steps, nullable = _steps(column.below), column.nullable

    def step(source: Any, context: Any) -> Any:
        value = read(source, context)
        if value is None and nullable:
            return None
        if value is None or not is_plain(value):
            raise NotPlainError
        return {name: inner(value, context) for name, inner in steps}

    return step


# -- generated

_TEMPLATE = """
def build(sources, context):
    records, given_up = [], []
    append = records.append
    for source in sources:
        try:
            append({items})
        except Exception:
            given_up.append(len(records))
            append(None)
    return Built(records, given_up)
"""


def generated(columns: Sequence[Column]) -> BuildRecords:
    """The function whose one expression makes the dict of an object, and of the objects beside it."""
    names: dict[str, Any] = {"Built": Built, "plain": PLAIN_CLASSES, "is_plain": is_plain, "give_up": _give_up}
    items = _Expressions(names).of_object(columns, "source")
    exec(_code(_TEMPLATE.format(items=items)), names)  # noqa: S102 - of names and numbers of ours alone
    build: BuildRecords = names["build"]
    return build


def _give_up() -> Any:
    raise NotPlainError


@lru_cache(maxsize=1_000)
def _code(text: str) -> CodeType:
    return compile(text, "<selection>", "exec")


class _Expressions:
    """Python for the columns of an object; what the text calls by a name is put into `names`."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names
        self._numbers = count()

    def of_object(self, columns: Sequence[Column], source: str) -> str:
        items = (f"{column.name!r}: {self._of_column(column, source)}" for column in columns)
        return f"{{{', '.join(items)}}}"

    def _of_column(self, column: Column, source: str) -> str:
        if column.shortcut is None:
            return "None"
        if isinstance(column.shortcut, TypeName):
            return repr(column.shortcut.name)
        read = self._read(column.shortcut, source)
        if column.leaf is None:
            return self._nested(column, read)
        return self._leaf(column.leaf, read, nullable=column.nullable)

    def _nested(self, column: Column, read: str) -> str:
        inner = f"source_{next(self._numbers)}"
        plain = f"{inner}.__class__ in plain or is_plain({inner})"
        made = f"{self.of_object(column.below, inner)} if {plain} else give_up()"
        missing = "None" if column.nullable else "give_up()"
        return f"({missing} if ({inner} := {read}) is None else ({made}))"

    def _leaf(self, leaf: GraphQLLeafType, read: str, *, nullable: bool) -> str:
        write = self._named("write", writer_of(leaf))
        as_it_is = AS_IT_IS.get(leaf)
        if as_it_is is None:
            return f"(None if (value := {read}) is None else {write}(value))" if nullable else f"{write}({read})"
        first, rest = as_it_is.split("value", 1)
        condition = f"{first}(value := {read}){rest}"
        if nullable:
            condition += " or value is None"
        return f"(value if {condition} else {write}(value))"

    def _read(self, shortcut: Reading, source: str) -> str:
        match shortcut:
            case Attribute(name) if name.isidentifier() and not iskeyword(name):
                return f"{source}.{name}"
            case Attribute(name):
                return f"getattr({source}, {name!r})"
            case OfSource(function):
                return f"{self._named('read', function)}({source})"
            case OfContext(function):
                return f"{self._named('read', function)}({source}, context)"
            case TypeName(name):
                return repr(name)

    def _named(self, kind: str, value: Any) -> str:
        name = f"{kind}_{next(self._numbers)}"
        self._names[name] = value
        return name
