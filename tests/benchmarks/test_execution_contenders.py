"""What is compared side by side does the same work: the same JSON for every query, from the same register."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from benchmarks.execution.contenders import Contender
from benchmarks.execution.floor import Floor
from benchmarks.execution.queries import Query, Subject, queries_about
from benchmarks.execution.stock import Stock, Tuned
from benchmarks.execution.subjects import province_and_subject
from benchmarks.execution.verifying import comparable, differences, shape
from storage.engine import Database
from tests.asking import Api
from tests.conftest import DAY

NAMES = ["list", "one", "tree", "page", "aggregate"]


def _clock() -> datetime:
    """The same as the application's."""
    return datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
async def floor(province_url: str) -> AsyncIterator[httpx.AsyncClient]:
    application = Floor(province_url, connections=2, clock=_clock)
    await application.open()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://floor") as http:
        yield http
    await application.close()


@pytest.fixture(scope="module", params=[Stock, Tuned])
async def stock(province_url: str, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    application = request.param(province_url, connections=2, clock=_clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://stock") as http:
        yield http


@pytest.fixture(scope="module")
async def subject(province: Database) -> Subject:
    _, chosen = await province_and_subject(province)
    return chosen


@pytest.fixture
def query(request: pytest.FixtureRequest, subject: Subject) -> Query:
    return {query.name: query for query in queries_about(subject)}[request.param]


@pytest.fixture
async def dengta_answer(api: Api, province: Database, query: Query) -> Any:
    administrator_of, _ = await province_and_subject(province)
    return comparable({"data": await api.as_(administrator_of).ask(query.text, query.variables)})


@pytest.mark.parametrize("query", NAMES, indirect=True)
async def test_the_floor_answers_as_dengta_does(query: Query, dengta_answer: Any, floor: httpx.AsyncClient) -> None:
    answer = comparable((await floor.get(query.route)).json())
    assert list(differences(dengta_answer, answer)) == []


@pytest.mark.parametrize("query", NAMES, indirect=True)
async def test_the_stock_application_answers_as_dengta_does(
    query: Query, dengta_answer: Any, stock: httpx.AsyncClient
) -> None:
    response = await stock.post("/graphql", json={"query": query.text, "variables": query.variables})
    assert list(differences(dengta_answer, comparable(response.json()))) == []


def test_every_query_is_compared(subject: Subject) -> None:
    assert [query.name for query in queries_about(subject)] == NAMES


def test_a_difference_is_named_by_its_place() -> None:
    expected = {"data": {"members": [{"name": "王"}, {"name": "李"}]}}
    found = {"data": {"members": [{"name": "王"}, {"name": "张"}]}}
    assert list(differences(expected, found)) == [".data.members[1].name: 李 is not 张"]


def test_other_members_have_the_same_shape_and_other_fields_have_not() -> None:
    expected = shape({"members": [{"name": "王", "branch": {"name": "一"}}]})
    assert shape({"members": [{"name": "李", "branch": {"name": None}}]}) == expected
    assert shape({"members": [{"name": "李", "branch": None}]}) != expected
    assert shape({"members": []}) != expected


def test_a_schema_of_its_own_is_asked_in_its_own_words_and_nothing_else(subject: Subject) -> None:
    other = Contender("other", (), {}, own_words={"list": "{ allMembers }"})
    asked = [query for query in queries_about(subject) if other.answers(query)]
    assert [query.name for query in asked] == ["list"]
    assert b"{ allMembers }" in other.request(asked[0])
