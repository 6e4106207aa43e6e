"""What docs/faults.md says is shown by tests that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWN_BY = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "faults.md").read_text(encoding="utf-8"))


def test_each_fault_has_tests() -> None:
    sections = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").split("\n## ")[2:]
    assert len(sections) == 8
    assert all("::test_" in section for section in sections)


@pytest.mark.parametrize(("file", "name"), SHOWN_BY)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {each.name for each in ast.walk(module) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
