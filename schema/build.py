"""The schema (契约): everything that a caller may ask, and the permission class of every governed field."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import StrawberryObjectDefinition

from auth.default_matrix import FieldClass
from schema.inputs import MemberFilter, MemberOrder, OrganizationFilter, OrganizationOrder
from schema.query import Query
from schema.scalars import SCALARS
from schema.traits import record_name, traits_of


def build_schema() -> strawberry.Schema:
    schema = strawberry.Schema(
        query=Query,
        config=StrawberryConfig(scalar_map=SCALARS, name_converter=_RememberedNames()),
        types=[MemberFilter, MemberOrder, OrganizationFilter, OrganizationOrder],
    )
    _trust_resolvers(graphql_schema(schema))
    return schema


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


def field_classes(schema: strawberry.Schema) -> Mapping[str, FieldClass]:
    """`Type.field` → the class that the default permission matrix has it in."""
    return dict(_classes_of(schema))


def _classes_of(schema: strawberry.Schema) -> Iterator[tuple[str, FieldClass]]:
    for concrete in schema.schema_converter.type_map.values():
        definition = concrete.definition
        if isinstance(definition, StrawberryObjectDefinition) and not definition.is_input:
            for field in definition.fields:
                traits = traits_of(field)
                if traits is not None:
                    yield f"{definition.name}.{record_name(field)}", traits.read
