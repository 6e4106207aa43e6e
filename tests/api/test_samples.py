"""The queries that the documentation shows, where they stand alone, have answers; the answers that it shows are like them."""

import json
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    parse,
    print_ast,
    separate_operations,
)

from auth.actor import Role
from domain.records import OrganizationRecord
from tests.asking import Api
from tests.samples import Sample, samples

SUITED = (Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR)
"""One of them may ask it."""


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    return next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))


def stands_alone(document: DocumentNode) -> bool:
    operation = operation_of(document)
    needed = (
        v for v in operation.variable_definitions or () if isinstance(v.type, NonNullTypeNode) and not v.default_value
    )
    return operation.operation is OperationType.QUERY and not any(needed)


QUERIES = [
    pytest.param(sample, print_ast(document), id=f"{sample}-{number}")
    for sample in samples()
    if sample.language == "graphql"
    for number, document in enumerate(separate_operations(parse(sample.text)).values())
    if stands_alone(document)
]


def test_there_are_queries() -> None:
    assert len(QUERIES) > 25


@pytest.mark.parametrize(("sample", "query"), QUERIES)
async def test_a_query_has_an_answer(
    api: Api, province_committee: OrganizationRecord, sample: Sample, query: str
) -> None:
    answers = [(await api.as_(province_committee, role).post(query)).json() for role in SUITED]
    good = [answer for answer in answers if "errors" not in answer]
    assert good, answers
    if sample.answer is not None:
        assert_alike(json.loads(sample.answer), good[0])


def assert_alike(shown: Any, answered: Any, path: str = "") -> None:
    """The same keys in the same order, and the same kinds of values; those themselves are of another province."""
    if isinstance(shown, dict) and isinstance(answered, dict):
        assert list(shown) == list(answered), path
        for key, value in shown.items():
            assert_alike(value, answered[key], f"{path}.{key}")
    elif isinstance(shown, list) and isinstance(answered, list):
        for one, other in zip(shown[:1], answered[:1], strict=False):
            assert_alike(one, other, f"{path}[]")
    elif shown is not None and answered is not None:
        assert type(shown) is type(answered), path


@pytest.mark.parametrize("other", [{"b": 1}, {"a": "1"}, {"a": 1, "b": 2}])
def test_another_answer_is_not_alike(other: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        assert_alike({"a": 1}, other)
