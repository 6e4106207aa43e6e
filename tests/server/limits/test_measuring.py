"""Measuring a document takes as many steps as it has selections, whatever its fragments make of them."""

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    visit,
)

from server.operations.limits.measuring import Measure, Walk


def measured(text: str) -> tuple[Measure, int]:
    """With the steps that it took."""
    document = parse(text)
    walk = Walk({node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)})
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return walk.operation(operation), walk.steps


def selections_written(document: DocumentNode) -> int:
    class Counting(Visitor):
        found = 0

        def enter_selection_set(self, node: SelectionSetNode, *_: object) -> None:
            self.found += len(node.selections)

    counting = Counting()
    visit(document, counting)
    return counting.found


def laughs(levels: int) -> str:
    """Each fragment asks ten times for the next."""
    ten = " ".join(f"a{n}: organization {{ ...F%d }}" for n in range(10))
    chain = " ".join(f"fragment F{level} on T {{ {ten.replace('%d', str(level + 1))} }}" for level in range(levels))
    return f"{{ ...F0 }} {chain} fragment F{levels} on T {{ name }}"


def test_a_billion_laughs_are_counted_in_a_hundred_steps() -> None:
    text = laughs(9)
    found, steps = measured(text)
    assert found.selections > 10**9
    assert found.aliases == sum(10**level for level in range(1, 10))
    assert found.depth == 10
    assert steps == selections_written(parse(text)) < 200


def test_every_part_of_a_document_is_measured() -> None:
    found, _ = measured(
        "query ($a: [Int] = [1, 2] @a) @b { x: f(in: {list: [[3], [4]]}) @c(list: [5]) { ...F @d } ... @e { y } ...F } "
        "fragment F on T @f { z { z } }"
    )
    assert found == Measure(selections=9, width=3, depth=3, aliases=1, directives=7, items=7)


def test_a_fragment_counts_once_in_one_place() -> None:
    once, _ = measured("{ ...F } fragment F on T { a b c }")
    twice, _ = measured("{ ...F ...F } fragment F on T { a b c }")
    assert (once.selections, twice.selections) == (4, 5)
    assert once.width == twice.width == 3
