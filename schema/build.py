"""The schema (契约): everything that a caller may ask, and the permission class of every governed field."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from auth.default_matrix import GovernedField
from schema.inputs import (
    AccountFilter,
    AccountOrder,
    ApprovalRequestFilter,
    AuditEntryFilter,
    HistoryMemberFilter,
    MemberFilter,
    MemberOrder,
    OrganizationFilter,
    OrganizationOrder,
)
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription
from schema.traits import is_open, record_name, traits_of


def build_schema() -> strawberry.Schema:
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, name_converter=_RememberedNames()),
        types=[
            AccountFilter,
            AccountOrder,
            ApprovalRequestFilter,
            AuditEntryFilter,
            HistoryMemberFilter,
            MemberFilter,
            MemberOrder,
            OrganizationFilter,
            OrganizationOrder,
        ],
    )
    require_decided(schema)
    _trust_resolvers(graphql_schema(schema))
    return schema


class UndecidedFieldError(Exception):
    """A field of the schema is neither in the permission matrix nor said to be open."""


def require_decided(schema: strawberry.Schema) -> None:
    """A field that was forgotten would be shown to everybody: such a schema is not built at all."""
    undecided = undecided_fields(schema)
    if undecided:
        raise UndecidedFieldError(
            f"{', '.join(undecided)}: make it a record_field with its class in the permission matrix, or an open_field "
            "if it says nothing of a record (schema/traits.py)."
        )


class _RememberedNames(NameConverter):
    """Strawberry asks for the name of each argument and input field whenever it converts one."""

    @lru_cache(maxsize=10_000)  # noqa: B019 # there is one converter for each schema, and it lives as long
    def apply_naming_config(self, name: str) -> str:
        return super().apply_naming_config(name)


def _trust_resolvers(schema: GraphQLSchema) -> None:
    """Types that implement an interface ask each object whether it is of their Strawberry class, which our records are
    not. A field's own type says what its resolver gives, and an interface's `resolve_type` tells the rest.
    """
    for graphql_type in schema.type_map.values():
        if isinstance(graphql_type, GraphQLObjectType):
            graphql_type.is_type_of = None


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema behind it, for which Strawberry has no public name."""
    return schema._schema


def governed_fields(schema: strawberry.Schema) -> Mapping[str, GovernedField]:
    """`Type.field` → what the permission matrix knows of it."""
    return {
        f"{type_name}.{record_name(field)}": traits.governed
        for type_name, field in _output_fields(schema)
        if (traits := traits_of(field)) is not None
    }


def undecided_fields(schema: strawberry.Schema) -> list[str]:
    """The output fields that are neither governed by the permission matrix nor said to be open."""
    return [
        f"{type_name}.{record_name(field)}"
        for type_name, field in _output_fields(schema)
        if traits_of(field) is None and not is_open(field)
    ]


def _output_fields(schema: strawberry.Schema) -> Iterator[tuple[str, StrawberryField]]:
    for concrete in schema.schema_converter.type_map.values():
        definition = concrete.definition
        if isinstance(definition, StrawberryObjectDefinition) and not definition.is_input:
            for field in definition.fields:
                yield definition.name, field
