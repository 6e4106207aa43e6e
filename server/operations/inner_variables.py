from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)


def inner_variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> frozenset[str]:
    """The variables on which more depends than the arguments of the operation's root fields.

    Rather too many than too few: those of all fragments count.
    """
    found = _Variables()
    for node in [*_below_the_root(operation), *fragments.values()]:
        visit(node, found)
    return frozenset(found.names)


def _below_the_root(operation: OperationDefinitionNode) -> Iterator[Node]:
    for selection in operation.selection_set.selections:
        if isinstance(selection, FieldNode):
            yield from selection.directives or ()
            if selection.selection_set is not None:
                yield selection.selection_set
        else:
            yield selection


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)
