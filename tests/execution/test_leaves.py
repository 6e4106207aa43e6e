"""Scalars and enums are written as graphql-core writes them, by whichever way they are read."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from unittest.mock import patch

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    build_schema,
)

from execution import Attribute, FindShortcut, OfContext, OfSource, declared_shortcuts, no_shortcuts, records
from execution.leaves import Natives
from tests.execution.both import Asked

SDL = """
scalar Odd
scalar Day
scalar Silent
enum Mixed { YES TWO TEXT LIST TUPLE RED }
type Query { objects: [Leaf!]! }
type Leaf {
  Int: Int String: String ID: ID Float: Float Boolean: Boolean Odd: Odd Day: Day Silent: Silent Mixed: Mixed
  Int_: Int! String_: String! ID_: ID! Float_: Float! Boolean_: Boolean! Odd_: Odd! Day_: Day! Silent_: Silent! Mixed_: Mixed!
  Ints: [Int] Odds: [Odd!] Mixeds: [Mixed!]! Silents: [Silent]
  beside: Leaf
}
"""


class Colour(Enum):
    RED = 1
    BLUE = 2


class Number(IntEnum):
    ONE = 1
    TWO = 2


class Text(StrEnum):
    TEXT = "text"


class SubclassOfText(str):
    __slots__ = ()


@dataclass
class Leaf:
    """Any field has the value."""

    value: Any
    beside: "Leaf | None" = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.value


def odd(value: Any) -> Any:
    if value % 2 == 0:
        raise ValueError(f"{value} is even")
    return {3: None, 5: Undefined}.get(value, value)


def silent(value: Any) -> Any:
    """Raises what ends a loop in silence, unless somebody looks."""
    return next(item for item in [1, 2, 3] if item == value)


def day(value: Any) -> Any:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is no day")
    return value


def leaves() -> GraphQLSchema:
    schema = build_schema(SDL)
    for name, write in {"Odd": odd, "Silent": silent, "Day": day}.items():
        scalar: Any = schema.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.coerce_output_value = scalar.serialize = write  # type: ignore[method-assign]
    mixed: Any = schema.type_map["Mixed"]
    assert isinstance(mixed, GraphQLEnumType)
    for name, value in {"YES": True, "TWO": 2, "TEXT": "text", "LIST": [1], "TUPLE": (1, 2), "RED": Colour.RED}.items():
        mixed.values[name].value = value
    return schema


SCHEMA = leaves()
WAYS: list[FindShortcut] = [
    no_shortcuts,
    declared_shortcuts,
    lambda _parent, name, field: declared_shortcuts(_parent, name, field) if name == "objects" else Attribute(name),
    lambda _parent, name, _field: OfSource(lambda source: source[name] if name == "objects" else getattr(source, name)),
    lambda _parent, name, _field: OfContext(
        lambda source, _context: source[name] if name == "objects" else getattr(source, name)
    ),
]
VALUES: dict[str, list[Any]] = {
    "Int": [0, -(2**31), 2**31 - 1, 2**31, -(2**31) - 1, 2**70, True, 1.0, 1.5, math.nan, math.inf, "1", "", "x", Number.TWO, Decimal(3), [], {}],
    "String": ["", "文", SubclassOfText("sub"), Text.TEXT, Colour.RED, 1, 1.5, True, math.inf, b"bytes", [1], {}],
    "ID": ["a", "", SubclassOfText("sub"), 0, -7, 2**70, True, 1.0, 1.5, math.nan, [1], Number.ONE],
    "Float": [0.5, 1, 2**70, True, "1.5", "", "x", math.nan, math.inf, -math.inf, Number.TWO, Decimal("0.5"), []],
    "Boolean": [True, False, 0, 1, 2.5, math.nan, "true", "", [], [1], Number.ONE],
    "Odd": [1, 2, 3, 5, "x", True, None, Undefined],
    "Silent": [1, 4, None],
    "Day": [date(2026, 11, 23), datetime(2026, 11, 23, 4, 5), "2026-11-23", None],  # noqa: DTZ001 - a day has no zone
    "Mixed": [True, 1, 1.0, 2, 2.0, "text", Text.TEXT, [1], [2], {1}, (1, 2), Colour.RED, Colour.BLUE, "RED", None, Undefined],
}  # fmt: skip


async def answers(kind: str, find_shortcut: FindShortcut, natives: Natives | None = None) -> Any:
    """The same from both executors, for each value by itself and for all of them as a list."""
    values = VALUES[kind]
    objects = [Leaf(value, Leaf(value)) for value in values]
    asked = Asked(SCHEMA, find_shortcut, natives or {})
    found = await asked.on_both(f"{{ objects {{ {kind} beside {{ {kind} }} }} }}", {"objects": objects})
    for one in objects:
        await asked.on_both(f"{{ objects {{ {kind}_ beside {{ {kind}_ }} }} }}", {"objects": [Leaf(1, None), one]})
    if f"{kind}s" in SCHEMA.type_map["Leaf"].fields:  # type: ignore[attr-defined]
        for many in (values, iter_of(values), values[:1], []):
            await asked.on_both(f"{{ objects {{ {kind}s }} }}", {"objects": [Leaf(many), Leaf(values[:2])]})
    return found


class iter_of:  # noqa: N801 - reads as a function
    """An iterable that can be gone through again."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)


@pytest.mark.parametrize("worth_generating", [0, 10**9])
@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize("kind", VALUES)
async def test_every_value_is_written_or_refused_as_by_graphql_core(kind: str, way: int, worth_generating: int) -> None:
    with patch.object(records, "_WORTH_GENERATING", worth_generating):
        found = await answers(kind, WAYS[way])
    assert len(found["data"]["objects"]) == len(VALUES[kind])


@pytest.mark.parametrize("worth_generating", [0, 10**9])
@pytest.mark.parametrize("way", range(len(WAYS)))
async def test_natives_that_the_scalar_leaves_alone_make_no_difference(way: int, worth_generating: int) -> None:
    with patch.object(records, "_WORTH_GENERATING", worth_generating):
        await answers("Day", WAYS[way], {"Day": date})


async def test_enums_of_many_kinds_of_values_have_the_names_that_graphql_core_finds() -> None:
    """True and 1 are one key of a dict, as are 2 and 2.0; a list is none."""
    found = await answers("Mixed", declared_shortcuts)
    names = [one["Mixed"] or "-" for one in found["data"]["objects"]]
    assert " ".join(names) == "YES YES YES TWO TWO TEXT TEXT LIST - - TUPLE RED - - - -"


@pytest.mark.parametrize("worth_generating", [0, 10**9])
async def test_a_native_value_stands_in_the_answer_as_it_is(worth_generating: int) -> None:
    days = [date(2026, 11, 23), None, "2026-11-23"]
    with patch.object(records, "_WORTH_GENERATING", worth_generating):
        asked = Asked(SCHEMA, declared_shortcuts, {"Day": date, "Float": float})
        answer = await asked.compiled(
            "{ objects { Day Float: __typename } }", {"objects": [Leaf(value) for value in days]}
        )
    assert [one["Day"] for one in answer["data"]["objects"]] == [date(2026, 11, 23), None, None]
    assert [error["path"] for error in answer["errors"]] == [["objects", 2, "Day"]]


@pytest.mark.parametrize("worth_generating", [0, 10**9])
async def test_what_is_native_is_not_asked_of_the_scalar(worth_generating: int) -> None:
    """It is the promise of who writes the JSON: NaN as a native float is his to write."""
    with patch.object(records, "_WORTH_GENERATING", worth_generating):
        asked = Asked(SCHEMA, declared_shortcuts, {"Odd": int})
        one = await asked.compiled("{ objects { Odd Odd_ } }", {"objects": [Leaf(2)]})
        many = await asked.compiled("{ objects { Odds } }", {"objects": [Leaf([2, 4])]})
    assert one == {"data": {"objects": [{"Odd": 2, "Odd_": 2}]}}
    assert many == {"data": {"objects": [{"Odds": [2, 4]}]}}


class ByClass(GraphQLEnumType):
    """Tells values apart that are equal, as Strawberry's enums do."""

    def coerce_output_value(self, output_value: Any) -> str:
        return {bool: "YES", int: "TWO", float: "LIST"}[output_value.__class__]


@pytest.mark.parametrize("worth_generating", [0, 10**9])
async def test_what_an_enum_tells_apart_is_kept_apart(worth_generating: int) -> None:
    mixed = ByClass("Mixed", dict.fromkeys(["YES", "TWO", "LIST"]))
    schema = GraphQLSchema(
        GraphQLObjectType("Query", {"all": GraphQLField(GraphQLList(mixed)), "one": GraphQLField(mixed)})
    )
    with patch.object(records, "_WORTH_GENERATING", worth_generating):
        for one, name in ((True, "YES"), (1, "TWO"), (1.0, "LIST"), (True, "YES")):
            answer = await Asked(schema).on_both("{ one all }", {"one": one, "all": [1.0, True, 1]})
            assert answer == {"data": {"one": name, "all": ["LIST", "YES", "TWO"]}}
