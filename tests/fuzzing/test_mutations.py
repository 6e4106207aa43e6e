"""Random changes to a register that is thrown away: none fails, and none tells what may not be known."""

from functools import lru_cache

from graphql import GraphQLSchema
from hypothesis import strategies as st
from hypothesis_graphql import mutations

from tests.fuzzing.callers import Asker
from tests.fuzzing.mending import mended
from tests.fuzzing.target import Target, seen_by
from tests.fuzzing.time_box import fuzz
from tests.fuzzing.values import LITERALS, document_of, variables_of


@lru_cache
def mutations_of(schema: GraphQLSchema, field: str) -> st.SearchStrategy[str]:
    return mutations(schema, fields=[field], custom_scalars=LITERALS, allow_null=False)


def who_may_change(target: Target) -> list[Asker]:
    """Of the county: whoever is moved or opened by another stays within it."""
    county = min(target.askers, key=lambda asker: len(asker.sight.path) if asker.token else 10_000).sight.path
    return [
        each for each in target.askers if seen_by(each.hidden).mutation_type is not None and each.sight.path == county
    ]


def test_mutations(target: Target) -> None:
    who = who_may_change(target)

    def attempt(data: st.DataObject) -> None:
        asker = data.draw(st.sampled_from(who))
        schema, ids = seen_by(asker.hidden), target.ids_of(asker)
        assert schema.mutation_type
        name = data.draw(st.sampled_from(sorted(schema.mutation_type.fields)))
        if data.draw(st.booleans()):
            target.ask(asker, mended(data.draw(mutations_of(schema, name)), ids, data))
        else:
            field = schema.mutation_type.fields[name]
            target.ask(asker, document_of("mutation", name, field), variables_of(data, name, field, ids))

    fuzz(attempt, share=0.2)
