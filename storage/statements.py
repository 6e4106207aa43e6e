"""语句: from SQLAlchemy's statements to SQL text and values, as psycopg takes them.

SQLAlchemy says what is read; psycopg reads it. What lies between, SQLAlchemy's execution and result, costs more than
the whole of the rest for a page of a hundred members, and adds nothing to rows that become records at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Executable, TableValuedAlias, any_, bindparam, column, func
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import LRUCache

_DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]
_compiled: LRUCache[Any, Any] = LRUCache(2_000)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with the values of its parameters, as far as they are known."""

    text: str
    values: Mapping[str, Any]

    def with_values(self, values: Mapping[str, Any]) -> "Statement":
        return Statement(self.text, {**self.values, **values})


def parameter(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]]) -> BindParameter[Any]:
    """A parameter whose value comes later."""
    return bindparam(name, type_=type_, required=False)


def array_of(ids: Iterable[int]) -> str:
    """As PostgreSQL writes an array: psycopg would look into a list for what its items are."""
    return f"{{{','.join(map(str, ids))}}}"


def one_of(attribute: InstrumentedAttribute[Any], values: Collection[object]) -> ColumnElement[bool]:
    """Whether the column holds one of the values: the statement's text stays the same however many there are."""
    return attribute == any_(_array(attribute, values))


def table_of(columns: Sequence[InstrumentedAttribute[Any]], rows: Sequence[Sequence[object]]) -> TableValuedAlias:
    """The rows as a table to select from, with these columns: an array for each, so that the statement's text stays the
    same however many rows there are. There must be one."""
    arrays = [_array(attribute, values) for attribute, values in zip(columns, zip(*rows, strict=True), strict=True)]
    named = (column(attribute.key, attribute.type) for attribute in columns)
    return func.unnest(*arrays).table_valued(*named).render_derived()


def _array(attribute: InstrumentedAttribute[Any], values: Collection[object]) -> BindParameter[Any]:
    return bindparam(None, list(values), type_=ARRAY(attribute.type), unique=True)


def statement_of(statement: Executable) -> Statement:
    """Statements of one shape are compiled once, whatever their values.

    Even so a quarter of a millisecond goes into building one and finding out its shape. What is asked all the time is
    therefore built once with named parameters, remembered, and given its values by `with_values`.
    """
    executable: Any = statement  # has no public name for this
    compiled, extracted, *_ = executable._compile_w_cache(_DIALECT, compiled_cache=_compiled, column_keys=[])
    return Statement(str(compiled), compiled.construct_params(extracted_parameters=extracted) or {})
