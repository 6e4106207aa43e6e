"""What docs/printing.md and docs/assistant.md show can be sent as it stands."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from schema.build import graphql_schema
from server.app import SCHEMA
from server.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["printing.md", "assistant.md"])
def test_its_operations_can_be_sent_as_they_stand(page: str) -> None:
    documents = re.findall(r"```graphql\n(.+?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    assert documents
    assert [validate(graphql_schema(SCHEMA), parse(document)) for document in documents] == [[]] * len(documents)


def test_it_says_how_many_forms_a_file_has() -> None:
    page = (DOCS / "printing.md").read_text(encoding="utf-8")
    assert f"at most {Settings.model_fields['forms_per_file'].default} forms" in page
