"""The README tells the truth."""

import re
from pathlib import Path

import pytest

from domain.records import OrganizationRecord
from server.examples import example_queries
from server.reference import readme_with_queries
from tests.asking import Api

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_the_example_queries() -> None:
    assert len(example_queries()) == 11
    assert readme_with_queries(README) == README


@pytest.mark.parametrize("example", example_queries(), ids=lambda example: example["name"])
async def test_each_example_query_has_an_answer(
    api: Api, province_committee: OrganizationRecord, example: dict[str, str]
) -> None:
    data = await api.as_(province_committee).ask(example["query"])
    assert all(data.values())
    assert re.search(r"[\u4e00-\u9fff]", example["title"])


def test_its_targets_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test", "check", "bench", "console", "help"} <= targets
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= targets


def test_its_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_continuous_integration_calls_its_test_command() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text()
