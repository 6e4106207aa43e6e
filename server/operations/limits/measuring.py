"""度量: how large a document is once its fragments are spread, found before it is validated, in one walk over it.

Each fragment is measured once, however often it is spread: what doubles twenty times is a large number here, and no
long walk. Validation, analysis and execution all follow the fragments, and are spared what is refused here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)

from server.operations.limits import errors
from server.operations.limits.bounds import DocumentBounds


class FragmentCycleError(Exception):
    """A fragment is spread in itself."""


@dataclass(slots=True)
class Measure:
    """`width`: how many fields it has at its own level. `items`: of lists that are written in it."""

    selections: int = 0
    width: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    items: int = 0

    def add(self, other: "Measure") -> None:
        """What stands beside it in one selection set."""
        self.selections += other.selections
        self.width += other.width
        self.depth = max(self.depth, other.depth)
        self.aliases += other.aliases
        self.directives += other.directives
        self.items += other.items


def require_within(document: DocumentNode, bounds: DocumentBounds) -> None:
    """CallerError that names the limit and what there is. FragmentCycleError, which validation describes."""
    if len(document.definitions) > bounds.definitions:
        raise errors.too_many_definitions(len(document.definitions), bounds.definitions)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    walk = Walk(fragments)
    try:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                _require(walk.operation(node), bounds)
        for name in fragments:
            walk.fragment(name)
    except RecursionError as error:
        raise errors.too_deep(None, bounds.depth) from error


def _require(found: Measure, bounds: DocumentBounds) -> None:
    for number, limit, refusal in (
        (found.selections, bounds.selections, errors.too_many_selections),
        (found.depth, bounds.depth, errors.too_deep),
        (found.width, bounds.root_fields, errors.too_many_root_fields),
        (found.aliases, bounds.aliases, errors.too_many_aliases),
        (found.directives, bounds.directives, errors.too_many_directives),
        (found.items, bounds.list_items, errors.too_many_list_items),
    ):
        if number > limit:
            raise refusal(number, limit)


@dataclass(slots=True)
class Walk:
    fragments: dict[str, FragmentDefinitionNode]
    measured: dict[str, Measure | None] = field(default_factory=dict)
    """None: it is being measured just now."""

    steps: int = 0
    """Selections that were looked at."""

    def operation(self, node: OperationDefinitionNode) -> Measure:
        found = self.selection_set(node.selection_set)
        found.directives += len(node.directives or ())
        for variable in node.variable_definitions or ():
            found.directives += len(variable.directives or ())
            found.items += _items([variable.default_value] if variable.default_value else [])
        return found

    def fragment(self, name: str) -> Measure:
        """One that is not there measures nothing: validation says so."""
        if name not in self.fragments:
            return Measure()
        if name not in self.measured:
            self.measured[name] = None
            definition = self.fragments[name]
            found = self.selection_set(definition.selection_set)
            found.directives += len(definition.directives or ())
            self.measured[name] = found
        measure = self.measured[name]
        if measure is None:
            raise FragmentCycleError
        return measure

    def selection_set(self, node: SelectionSetNode | None) -> Measure:
        """A fragment that is spread twice in it counts once, as it is executed once."""
        found = Measure()
        spread: set[str] = set()
        for selection in node.selections if node is not None else ():
            self.steps += 1
            found.selections += 1
            found.directives += len(selection.directives or ())
            for directive in selection.directives or ():
                found.items += _items(argument.value for argument in directive.arguments or ())
            match selection:
                case FieldNode():
                    found.add(self.field(selection))
                case InlineFragmentNode():
                    found.add(self.selection_set(selection.selection_set))
                case FragmentSpreadNode() if selection.name.value not in spread:
                    spread.add(selection.name.value)
                    found.add(self.fragment(selection.name.value))
        return found

    def field(self, node: FieldNode) -> Measure:
        found = self.selection_set(node.selection_set)
        found.width = 1
        found.depth += 1
        found.aliases += int(node.alias is not None)
        found.items += _items(argument.value for argument in node.arguments or ())
        return found


def _items(values: Iterable[ValueNode]) -> int:
    found, waiting = 0, list(values)
    while waiting:
        match waiting.pop():
            case ListValueNode(values=inner):
                found += len(inner)
                waiting += inner
            case ObjectValueNode(fields=parts):
                waiting += (part.value for part in parts)
    return found
