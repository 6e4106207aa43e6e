"""Generates the function that makes dicts of objects: a loop over the objects, with an expression for each column."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from keyword import iskeyword
from types import CodeType
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType

from execution.classes import PLAIN_CLASSES, is_plain
from execution.columns import BuildRecords, Built, Column
from execution.leaves import NotPlainError, condition_of_native, names_of, writer_of
from execution.named_tuples import Fields
from execution.shortcuts import Attribute, OfContext, OfSource, Reading, TypeName

_TEMPLATE = """
def build(sources, context):
    records, given_up = [], []
    append = records.append
    {memories}
    for source in sources:
        try:
            {unpacked}
            record = empty_record()
            {assignments}
            append(record)
        except Exception:
            given_up.append(len(records))
            append(None)
    return Built(records, given_up)
"""


def generated(columns: Sequence[Column], fields: Fields = ()) -> BuildRecords:
    """For objects of any kind; or, faster, for named tuples with those fields.

    What stands beside many objects (a parent, a category) is made into a dict once a call, and stands in the answer as
    often as it is asked for.
    """
    names: dict[str, Any] = {
        "Built": Built,
        "plain": PLAIN_CLASSES,
        "is_plain": is_plain,
        "give_up": _give_up,
        "empty_record": dict.fromkeys(
            column.name for column in columns
        ).copy,  # large dicts are copied faster than made
    }
    expressions = _Expressions(names, fields)
    text = _TEMPLATE.format(
        assignments="\n            ".join(expressions.assignments(columns)),
        memories="; ".join(f"{memory} = {{}}" for memory in expressions.memories),
        unpacked=f"{', '.join(expressions.locals.values())}, = source + ()" if fields else "",
    )
    exec(_code(text), names)  # noqa: S102 - of names and numbers of ours alone
    build: BuildRecords = names["build"]
    return build


def _give_up() -> Any:
    raise NotPlainError


@lru_cache(maxsize=1_000)
def _code(text: str) -> CodeType:
    return compile(text, "<selection>", "exec")


class _Expressions:
    """Python for the columns of an object; what the text calls by a name is put into `names`."""

    def __init__(self, names: dict[str, Any], fields: Fields) -> None:
        self.memories: list[str] = []
        self.locals = {field: f"field_{number}" for number, field in enumerate(fields)}
        self._names = names
        self._numbers = count()

    def assignments(self, columns: Sequence[Column]) -> Iterator[str]:
        """The values of the object itself; what is filled in later is None already."""
        for column in columns:
            if column.shortcut is not None:
                yield f"record[{column.name!r}] = {self._of_column(column, 'source')}"

    def of_object(self, columns: Sequence[Column], source: str) -> str:
        items = (f"{column.name!r}: {self._of_column(column, source)}" for column in columns)
        return f"{{{', '.join(items)}}}"

    def _of_column(self, column: Column, source: str) -> str:
        if column.shortcut is None:
            return "None"
        if isinstance(column.shortcut, TypeName):
            return repr(column.shortcut.name)
        read = self._read(column.shortcut, source)
        return self._nested(column, read) if column.leaf is None else self._leaf(column, column.leaf, read)

    def _nested(self, column: Column, read: str) -> str:
        """The object is remembered with its dict, so that no other can get its id meanwhile."""
        number = next(self._numbers)
        inner, memory = f"source_{number}", f"made_{number}"
        self.memories.append(memory)
        plain = f"{inner}.__class__ in plain or is_plain({inner})"
        made = f"({inner}, {self.of_object(column.below, inner)} if {plain} else give_up())"
        remembered = f"({memory}.get(id({inner})) or {memory}.setdefault(id({inner}), {made}))[1]"
        missing = "None" if column.nullable else "give_up()"
        return f"({missing} if ({inner} := {read}) is None else {remembered})"

    def _leaf(self, column: Column, leaf: GraphQLLeafType, read: str) -> str:
        value = read if read.isidentifier() else "value"
        first = read if read.isidentifier() else f"(value := {read})"
        if column.native is not None:
            return self._native(column, column.native, leaf, (first, value))
        if isinstance(leaf, GraphQLEnumType):
            names = self._named("names", names_of(leaf))
            return f"(None if {first} is None else {names}[{value}])" if column.nullable else f"{names}[{read}]"
        write = self._named("write", writer_of(leaf))
        return f"(None if {first} is None else {write}({value}))" if column.nullable else f"{write}({read})"

    def _native(self, column: Column, native: type, leaf: GraphQLLeafType, reads: tuple[str, str]) -> str:
        first, value = reads
        write = self._named("write", writer_of(leaf, native))
        name = self._named("native", native)
        if column.nullable:
            return f"({value} if {first} is None or {condition_of_native(native, name, value)} else {write}({value}))"
        return f"({value} if {condition_of_native(native, name, value, first)} else {write}({value}))"

    def _read(self, shortcut: Reading, source: str) -> str:
        match shortcut:
            case Attribute(name) if source == "source" and name in self.locals:
                return self.locals[name]
            case Attribute(name) if name.isidentifier() and name.isascii() and not iskeyword(name):
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
