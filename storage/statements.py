"""语句: from SQLAlchemy's statements to SQL text and values, as psycopg takes them.

SQLAlchemy says what is read; psycopg reads it. What lies between, SQLAlchemy's execution and result, costs more than
the whole of the rest for a page of a hundred members, and adds nothing to rows that become records at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam
from sqlalchemy.dialects.postgresql import psycopg
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


def statement_of(statement: Executable) -> Statement:
    """Statements of one shape are compiled once, whatever their values.

    Even so a quarter of a millisecond goes into building one and finding out its shape. What is asked all the time is
    therefore built once with named parameters, remembered, and given its values by `with_values`.
    """
    executable: Any = statement  # has no public name for this
    compiled, extracted, *_ = executable._compile_w_cache(_DIALECT, compiled_cache=_compiled, column_keys=[])
    return Statement(str(compiled), compiled.construct_params(extracted_parameters=extracted) or {})
