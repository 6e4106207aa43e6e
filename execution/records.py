"""Objects to dicts: for each selection set one function, generated once it has seen enough objects to be worth it.

Generated or not, it knows the common case only: values of the class that the leaf type expects, objects beside the
object (to-one) that are there. At whatever else it meets it gives the object up; that one is then done field by field
in the general way, which finds the error and its place, if there is one.
"""

from collections.abc import Callable, Sequence
from typing import Any

from execution.classes import is_plain
from execution.columns import BuildRecords, Built, Column, Read
from execution.generating import generated
from execution.leaves import NotPlainError, Write, writer_of
from execution.named_tuples import Fields, fields_of_all
from execution.shortcuts import OfContext, OfSource, Reading, TypeName

_WORTH_GENERATING = 200
"""Objects: to generate a function costs about as much as to do so many without one."""


class RecordBuilder:
    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._seen = 0
        self._steps = _steps(columns)
        self._at_first: BuildRecords = self._interpreted
        self._generated: dict[Fields, BuildRecords] = {}

    def generate(self) -> None:
        """Ahead, the function for objects of any kind; that for named tuples has to wait until they are seen."""
        self._at_first = self._function_for(())

    def build(self, sources: Sequence[Any], context: Any) -> Built:
        self._seen += len(sources)
        if self._seen < _WORTH_GENERATING:
            return self._at_first(sources, context)
        return self._function_for(fields_of_all(sources))(sources, context)

    def _function_for(self, fields: Fields) -> BuildRecords:
        build = self._generated.get(fields)
        if build is None:
            build = self._generated[fields] = generated(self._columns, fields)
        return build

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
    write = writer_of(column.leaf, column.native)
    return _nullable(read, write) if column.nullable else _required(read, write)


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
