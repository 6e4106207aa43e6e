"""内省: operations that ask for the schema itself: which they are, and how far they may go."""

from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    specified_rules,
)
from graphql.validation import MaxIntrospectionDepthRule

_META = {"__schema", "__type"}
MOST_LISTS = 2
"""Of fields, interfaces and the like that may stand in one another: graphql-core's number."""


class IntrospectionDepthRule(MaxIntrospectionDepthRule):
    """Says how deep it may be."""

    def report_error(self, error: GraphQLError) -> None:
        told = f"Introspection may have lists of fields or types in one another {MOST_LISTS} times, not more."
        super().report_error(GraphQLError(told, error.nodes))


RULES = tuple(IntrospectionDepthRule if rule is MaxIntrospectionDepthRule else rule for rule in specified_rules)


def introspects(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> bool:
    """`__typename` asks for no more than what an answer is."""
    return not _META.isdisjoint(_names(operation.selection_set, fragments, set()))


def _names(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], spread: set[str]
) -> Iterator[str]:
    """Of the fields at this level."""
    for node in selections.selections:
        match node:
            case FieldNode():
                yield node.name.value
            case InlineFragmentNode():
                yield from _names(node.selection_set, fragments, spread)
            case FragmentSpreadNode() if node.name.value not in spread:
                spread.add(node.name.value)
                yield from _names(fragments[node.name.value].selection_set, fragments, spread)
