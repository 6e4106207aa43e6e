"""Random documents over Dengta's own schema give the same answers on both executors, whoever asks."""

import os
from typing import Any

import orjson
import pytest
from graphql import GraphQLError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from hypothesis_graphql import queries as any_queries

from domain.records import OrganizationRecord
from execution import Declined
from schema.build import graphql_schema
from server.app import SCHEMA
from server.examples import example_queries
from server.operations.documents import Operation
from server.operations.executors import COMPILED
from server.operations.running import Operations, Request
from tests.api.random_queries import queries
from tests.asking import Api, Caller
from tests.comparing import explained

EXAMPLES = int(os.environ.get("DENGTA_TEST_EXAMPLES", "100"))
CORE = graphql_schema(SCHEMA)
SCALARS: Any = {
    "Date": st.dates().map(str).map(nodes.String),
    "DateTime": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z").map(nodes.String),
}
many = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
some = settings(max_examples=EXAMPLES // 2, suppress_health_check=list(HealthCheck))


async def answers_agree(api: Api, interpreted_api: Api, caller_of: OrganizationRecord, document: str) -> None:
    token = api.as_(caller_of).token
    compiled = (await Caller(api, token).post(document)).json()
    interpreted = (await Caller(interpreted_api, token).post(document)).json()
    assert compiled.get("data") == interpreted.get("data"), document
    assert orjson.dumps(compiled.get("data")) == orjson.dumps(interpreted.get("data")), "the order of fields"
    assert explained_answer(compiled) == explained_answer(interpreted), document


def explained_answer(answer: dict[str, Any]) -> Any:
    """Errors of the document have no data beside them, and always come in the same order."""
    errors = answer.get("errors", [])
    if "data" not in answer:
        return errors
    located = [GraphQLError(each["message"], path=each["path"], extensions=each["extensions"]) for each in errors]
    return explained(answer["data"], located)


@many
@given(document=queries(CORE))
async def test_deep_queries_are_answered_alike(
    api: Api, interpreted_api: Api, province_committee: OrganizationRecord, document: str
) -> None:
    await answers_agree(api, interpreted_api, province_committee, document)


@some
@given(document=queries(CORE))
async def test_deep_queries_of_those_who_see_masks_are_answered_alike(
    api: Api, interpreted_api: Api, approving_committee: OrganizationRecord, document: str
) -> None:
    await answers_agree(api, interpreted_api, approving_committee, document)


@some
@given(document=any_queries(CORE, custom_scalars=SCALARS))
async def test_queries_with_any_arguments_are_answered_alike(
    api: Api, interpreted_api: Api, county: OrganizationRecord, document: str
) -> None:
    await answers_agree(api, interpreted_api, county, document)


@pytest.mark.parametrize("example", example_queries(), ids=lambda example: example["title"][:12])
def test_nothing_that_we_show_is_declined(example: dict[str, str]) -> None:
    operation = Operations(SCHEMA).prepared(Request(example["query"]), "en")
    assert isinstance(operation, Operation)
    assert (operation.executable.executor, operation.executable.declined) == (COMPILED, None)


def test_the_setting_chooses_the_executor() -> None:
    operation = Operations(SCHEMA, "graphql-core").prepared(Request("{ viewer { role } }"), "en")
    assert isinstance(operation, Operation)
    assert operation.executable.executor == "graphql-core"


def test_what_is_declined_runs_on_graphql_core_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("execution.executor._conditions", _declining)
    operation = Operations(SCHEMA).prepared(Request("{ viewer { role } }"), "en")
    assert isinstance(operation, Operation)
    assert (operation.executable.executor, operation.executable.declined) == ("graphql-core", "something unheard of")


def _declining(_document: Any) -> Any:
    raise Declined("something unheard of")
