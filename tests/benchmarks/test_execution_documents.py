"""The comparisons within this process ask what they say they do."""

from unittest.mock import patch

import pytest
from graphql import FieldNode, Visitor, parse, visit

from benchmarks.execution import cold_in_memory, compile_time


class Leaves(Visitor):
    """Counts the fields that ask for a value."""

    many = 0

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.many += node.selection_set is None


@pytest.mark.parametrize("text", [compile_time._flat(1), compile_time._nested(1)])
def test_a_large_document_has_200_fields(text: str) -> None:
    leaves = Leaves()
    visit(parse(text), leaves)
    assert leaves.many == 200


def test_large_documents_are_valid_and_are_compiled() -> None:
    with patch.object(compile_time, "_TIMES", 1):
        rows = [*compile_time.first_compilation()]
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| flat", "| nested"]


def test_both_executors_answer_equally_from_memory() -> None:
    with patch.object(cold_in_memory, "_TIMES", 1):
        rows = [*cold_in_memory.never_seen_in_memory()]
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| 1", "| 10", "| 100"]
