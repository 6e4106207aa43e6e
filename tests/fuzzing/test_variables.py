"""Values in variables as nobody should send them, for every argument of every field of the roots."""

import json

from hypothesis import strategies as st

from tests.fuzzing.callers import WHOLE
from tests.fuzzing.target import Target, seen_by
from tests.fuzzing.time_box import fuzz
from tests.fuzzing.values import document_of, variables_of


def test_variables_of_queries(target: Target) -> None:
    def attempt(data: st.DataObject) -> None:
        asker = data.draw(st.sampled_from(target.askers))
        query = seen_by(asker.hidden).query_type
        assert query
        name = data.draw(st.sampled_from(sorted(query.fields)))
        field = query.fields[name]
        target.ask(asker, document_of("query", name, field), variables_of(data, name, field, target.ids_of(asker)))

    fuzz(attempt, share=0.2)
    assert target.canaries.met, "nothing was answered in which there could be a leak"


def test_variables_of_subscriptions(target: Target) -> None:
    """Which are admitted, and refused for want of a stream."""
    subscription = WHOLE.subscription_type
    assert subscription

    def attempt(data: st.DataObject) -> None:
        asker = data.draw(st.sampled_from(target.askers))
        name = data.draw(st.sampled_from(sorted(subscription.fields)))
        field = subscription.fields[name]
        answer = target.ask(
            asker, document_of("subscription", name, field), variables_of(data, name, field, target.ids_of(asker))
        )
        assert answer["errors"]

    fuzz(attempt, share=0.05)


def test_requests_that_are_none(target: Target) -> None:
    """JSON of any form, and media types nobody has heard of."""
    json_value = st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["query", "variables", "operationName", "extensions", "documentId", "id"]), inner
            ),
        ),
    )
    types = st.sampled_from(["application/json", "application/json;charset=latin-1", "multipart/form-data; boundary=a"])
    accepts = st.sampled_from(["*/*", "application/json", "application/graphql-response+json", "x", "*/*;q=x", ","])

    def attempt(data: st.DataObject) -> None:
        asker = data.draw(st.sampled_from(target.askers))
        content = data.draw(st.one_of(json_value.map(json.dumps), st.text(max_size=30)))
        headers = {"Content-Type": data.draw(types), "Accept": data.draw(accepts), "GraphQL-Require-Preflight": "1"}
        target.send(asker, content, **headers)

    fuzz(attempt, share=0.05)
