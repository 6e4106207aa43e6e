"""幂等键: every mutation takes one, and every use case saves under it."""

from pathlib import Path

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema, get_nullable_type

from schema.build import build_schema, graphql_schema
from schema.mutating import MutationInput
from schema.traits import open_field

RESOLVERS = Path(__file__).parents[2] / "resolvers"
SAVING = "repeating.py"
"""The one file of the use cases that opens a transaction."""


def mutations_without_key(schema: GraphQLSchema) -> list[str]:
    assert schema.mutation_type is not None
    return [
        name
        for name, field in schema.mutation_type.fields.items()
        if list(field.args) != ["input"] or not takes_key(get_nullable_type(field.args["input"].type))
    ]


def takes_key(kind: object) -> bool:
    return (
        isinstance(kind, GraphQLInputObjectType)
        and str(getattr(kind.fields.get("idempotencyKey"), "type", "")) == "String"
    )


def test_every_mutation_takes_an_idempotency_key() -> None:
    assert mutations_without_key(graphql_schema(build_schema())) == []


def test_a_mutation_without_one_is_found() -> None:
    @strawberry.input
    class Named:
        name: str

    @strawberry.input
    class Keyed(MutationInput):
        name: str

    @strawberry.type
    class Query:
        a: int = open_field("甲", "A.")

    def change(input: Named) -> int:
        return len(input.name)

    def change_once(input: Keyed) -> int:
        return len(input.name)

    @strawberry.type
    class Mutation:
        forgotten: int = open_field("甲", "A.", resolver=change)
        remembered: int = open_field("乙", "B.", resolver=change_once)

    schema = graphql_schema(strawberry.Schema(query=Query, mutation=Mutation))
    assert mutations_without_key(schema) == ["forgotten"]


def test_use_cases_save_within_saving_alone() -> None:
    """`saving(context)` and not `context.database.writing()`, which knows of no key."""
    opening = [path.name for path in sorted(RESOLVERS.glob("*.py")) if ".writing()" in path.read_text("utf-8")]
    assert opening == [SAVING]
