"""What docs/data-quality.md says of rules and operations is so."""

import re
from pathlib import Path

from graphql import parse, validate

from domain.validation import CATALOGUE
from schema.build import graphql_schema
from server.app import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "data-quality.md").read_text(encoding="utf-8")


def test_its_operations_can_be_sent_as_they_stand() -> None:
    documents = re.findall(r"```graphql\n(.+?)```", PAGE, re.DOTALL)
    assert len(documents) == 3
    assert [validate(graphql_schema(SCHEMA), parse(document)) for document in documents] == [[], [], []]


def test_it_counts_the_rules() -> None:
    assert "Twenty-eight rules" in PAGE
    assert len(CATALOGUE) == 28
