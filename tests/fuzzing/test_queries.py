"""Random queries over the whole schema, by hypothesis-graphql, as every role: no failure, nothing slow, nothing leaked."""

from functools import lru_cache

from graphql import GraphQLSchema
from hypothesis import strategies as st
from hypothesis_graphql import Mode, queries

from tests.fuzzing.callers import WHOLE, Asker
from tests.fuzzing.mending import mended
from tests.fuzzing.target import Target, seen_by
from tests.fuzzing.time_box import fuzz
from tests.fuzzing.values import LITERALS


@lru_cache
def queries_of(schema: GraphQLSchema, field: str, mode: Mode = Mode.POSITIVE) -> st.SearchStrategy[str]:
    return queries(schema, fields=[field], custom_scalars=LITERALS, mode=mode, allow_null=mode is Mode.NEGATIVE)


def fields_of(schema: GraphQLSchema) -> list[str]:
    assert schema.query_type
    return sorted(schema.query_type.fields)


def visible_to(asker: Asker) -> GraphQLSchema:
    return seen_by(asker.hidden)


def test_queries_for_what_the_caller_may_see(target: Target) -> None:
    def attempt(data: st.DataObject) -> None:
        asker = data.draw(st.sampled_from(target.askers))
        schema = visible_to(asker)
        field = data.draw(st.sampled_from(fields_of(schema)))
        target.ask(asker, mended(data.draw(queries_of(schema, field)), target.ids_of(asker), data))

    fuzz(attempt, share=0.3)


def test_queries_for_anything(target: Target) -> None:
    """Valid or not, hidden or not. What takes no arguments is not always there to be asked for wrongly."""
    assert WHOLE.query_type
    wrongly_asked = sorted(name for name, field in WHOLE.query_type.fields.items() if field.args)

    def attempt(data: st.DataObject) -> None:
        asker = data.draw(st.sampled_from(target.askers))
        mode = data.draw(st.sampled_from([Mode.POSITIVE, Mode.NEGATIVE]))
        field = data.draw(st.sampled_from(fields_of(WHOLE) if mode is Mode.POSITIVE else wrongly_asked))
        target.ask(asker, data.draw(queries_of(WHOLE, field, mode)))

    fuzz(attempt, share=0.1)
