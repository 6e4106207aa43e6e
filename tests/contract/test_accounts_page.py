"""docs/accounts.md tells the truth."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from schema.build import graphql_schema
from server.app import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("query", QUERIES)
def test_its_queries_can_be_asked(query: str) -> None:
    assert validate(graphql_schema(SCHEMA), parse(query)) == []


def test_it_shows_queries() -> None:
    assert len(QUERIES) == 4
