"""What the schema promises the compiled executor, and both call by the same names."""

from datetime import UTC, date, datetime, timedelta, timezone

import orjson
import pytest
from graphql import GraphQLEnumType
from hypothesis import given
from hypothesis import strategies as st

import execution
from execution import Attribute, Batched, OfContext, OfSource, strawberry_shortcuts
from schema import traits
from schema.build import graphql_schema
from schema.scalars import SCALARS
from server.app import SCHEMA
from server.operations.executors import NATIVES
from storage.models import Base

CORE = graphql_schema(SCHEMA)
OFFSETS = st.timedeltas(min_value=timedelta(hours=-14), max_value=timedelta(hours=14)).map(
    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
)


def test_both_use_the_same_names() -> None:
    assert (traits.BATCHED, traits.OF_CONTEXT) == (execution.BATCHED, execution.OF_CONTEXT)


@given(st.dates())
def test_json_has_dates_as_the_scalar_writes_them(day: date) -> None:
    assert orjson.loads(orjson.dumps(day)) == SCALARS[date].serialize(day)  # type: ignore[misc] # it has one


@given(st.datetimes(timezones=st.just(UTC) | OFFSETS))
def test_json_has_moments_as_the_scalar_writes_them(moment: datetime) -> None:
    assert orjson.loads(orjson.dumps(moment)) == SCALARS[datetime].serialize(moment)  # type: ignore[misc] # it has one


@pytest.mark.parametrize("name", [name for name, native in NATIVES.items() if native is str])
def test_codes_are_spelled_in_the_schema_as_they_are_stored(name: str) -> None:
    enum = CORE.type_map[name]
    assert isinstance(enum, GraphQLEnumType)
    assert [value.value for value in enum.values.values()] == list(enum.values)
    stored = {
        tuple(column.type.enums)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if hasattr(column.type, "enums")
    }
    assert tuple(enum.values) in stored


@pytest.mark.parametrize(
    ("coordinate", "kind"),
    [
        ("Member.name", Attribute),
        ("Member.branch", Attribute),
        ("Member.id", OfSource),
        ("Member.age", OfContext),
        ("Member.attachments", Batched),
        ("Organization.parent", Attribute),
        ("Organization.members", Batched),
        ("Organization.memberCount", Batched),
        ("MemberConnection.nodes", OfSource),
        ("MemberConnection.totalCount", Batched),
        ("MemberEdge.node", Attribute),
    ],
)
def test_fields_of_lists_are_read_without_a_call_for_each_object(coordinate: str, kind: type) -> None:
    type_name, _, name = coordinate.partition(".")
    parent = CORE.type_map[type_name]
    field = parent.fields[name]  # type: ignore[attr-defined] # of objects
    assert isinstance(strawberry_shortcuts(parent, name, field), kind)  # type: ignore[arg-type] # an object type
