"""文档: a query's text, parsed, validated and analysed once and remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any
from weakref import WeakSet

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.validation import ASTValidationRule, NoFragmentCyclesRule
from graphql.validation.rules.overlapping_fields_can_be_merged import MAX_COMPLEXITY_BUDGET

from auth.permissions import Permissions
from schema.field_usage import OperationUses, uses_of_operation
from server.operations.executors import Executable, Executors
from server.operations.inner_variables import inner_variables
from server.operations.limits import errors
from server.operations.limits.bounds import DocumentBounds
from server.operations.limits.costing import cost_of
from server.operations.limits.formulas import Formula
from server.operations.limits.introspecting import RULES, introspects
from server.operations.limits.measuring import FragmentCycleError, require_within

_MORE_THAN = "Document contains more than"
"""What graphql-core says of too many tokens, and of too many comments."""

_NESTED = "Document is nested too deeply"
_ABORTED = "Validation aborted."
"""What it says when it gives up comparing fields."""

_REMEMBERED = 1_000


class InvalidDocumentError(Exception):
    """The document cannot be run; `errors` say why."""

    def __init__(self, code: str, errors: list[GraphQLError]) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a valid document, ready to run."""

    definition: OperationDefinitionNode
    uses: OperationUses
    document_hash: str
    """SHA-256 of the document's text in hexadecimal, as identifiers of trusted documents are."""

    executable: Executable
    cost: Formula = field(default_factory=Formula)
    introspects: bool = False
    """Whether it asks for the schema."""

    inner_variables: frozenset[str] = frozenset()
    """Those used elsewhere than by the root fields' arguments: of a subscription, by what is told of each event."""

    is_trusted: bool = False
    """Its document was kept from the start."""

    remembered: dict[Any, Any] = field(default_factory=dict)
    """What resolvers work out from the document."""

    _allowed: WeakSet[Permissions] = field(default_factory=WeakSet)
    """Those who may use every field that the document itself uses."""

    def require(self, permissions: Permissions, variables: Mapping[str, Any]) -> None:
        """CallerError that lists the fields which the caller may not use as the operation does."""
        in_values = list(self.uses.in_values(variables))
        if permissions in self._allowed and not in_values:
            return
        permissions.require([*self.uses.written, *in_values])
        self._allowed.add(permissions)

    @property
    def fingerprint(self) -> str:
        """The beginning of the hash, by which the audit log names the document."""
        return self.document_hash[:16]

    @property
    def name(self) -> str | None:
        return self.definition.name.value if self.definition.name else None

    @property
    def type(self) -> str:
        """`query`, `mutation` or `subscription`."""
        return self.definition.operation.value

    @property
    def is_mutation(self) -> bool:
        return self.definition.operation is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        return self.definition.operation is OperationType.SUBSCRIPTION


class Documents:
    """Gives operations by their text and name; those kept, and the last thousand asked for, are remembered."""

    def __init__(self, schema: GraphQLSchema, executors: Executors, bounds: DocumentBounds) -> None:
        self._schema = schema
        self._executors = executors
        self._bounds = bounds
        self._kept: dict[tuple[str, str | None], Operation] = {}
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._operation)

    def operation(self, text: str, name: str | None, *, bounded: bool = True) -> Operation:
        """InvalidDocumentError when it cannot be run; CallerError when it is larger than bounded ones may be."""
        return self._kept.get((text, name)) or self._remembered(text, name, bounded)

    def keep(self, text: str) -> None:
        """All operations of the document, by whichever name. InvalidDocumentError when one of them cannot be run."""
        for name in _names_of_operations(self._valid_document(text, bounded=False)):
            self._kept[text, name] = replace(self._operation(text, name, bounded=False), is_trusted=True)

    def _operation(self, text: str, name: str | None, bounded: bool) -> Operation:  # as lru_cache passes it
        try:
            document = self._valid_document(text, bounded=bounded)
            definition = _named_operation(document, name)
            fragments = _fragments(document)
            uses = uses_of_operation(self._schema, definition, fragments)
            cost = cost_of(self._schema, definition, fragments)
            executable = self._executors.executable(document, name)
            inner = inner_variables(definition, fragments)
        except RecursionError as error:
            if bounded:
                raise errors.too_deep(None, self._bounds.depth) from error
            raise InvalidDocumentError("GRAPHQL_PARSE_FAILED", [GraphQLError("It is nested too deeply.")]) from error
        document_hash = sha256(text.encode()).hexdigest()
        asks_for_schema = introspects(definition, fragments)
        return Operation(definition, uses, document_hash, executable, cost, asks_for_schema, inner)

    def _valid_document(self, text: str, *, bounded: bool) -> DocumentNode:
        document = _parsed(text, self._bounds if bounded else None)
        try:
            if bounded:
                require_within(document, self._bounds)
        except FragmentCycleError:
            self._require_valid(document, (NoFragmentCyclesRule,), bounded=bounded)
        self._require_valid(document, RULES, bounded=bounded)
        return document

    def _require_valid(
        self, document: DocumentNode, rules: Sequence[type[ASTValidationRule]], *, bounded: bool
    ) -> None:
        found = validate(self._schema, document, rules)
        if bounded and any(error.message == _ABORTED for error in found):
            raise errors.too_much_to_compare(MAX_COMPLEXITY_BUDGET)
        if found:
            raise InvalidDocumentError("GRAPHQL_VALIDATION_FAILED", found)


def _parsed(text: str, bounds: DocumentBounds | None) -> DocumentNode:
    if bounds is not None and len(text) > bounds.characters:
        raise errors.too_long(len(text), bounds.characters)
    most = None if bounds is None else bounds.tokens
    try:
        return parse(text, max_lexical_tokens=most, max_comments=most)
    except GraphQLError as error:
        if bounds is not None and _MORE_THAN in error.message:
            raise errors.too_many_tokens(bounds.tokens) from error
        if bounds is not None and _NESTED in error.message:
            raise errors.too_deep(None, bounds.depth) from error
        raise InvalidDocumentError("GRAPHQL_PARSE_FAILED", [error]) from error


def _names_of_operations(document: DocumentNode) -> list[str | None]:
    """By which they are asked for; None asks for the only one."""
    nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    names: list[str | None] = [node.name.value for node in nodes if node.name is not None]
    return names if len(nodes) > 1 else [*names, None]


def _named_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in operations if name is None or (node.name is not None and node.name.value == name)]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(node.name.value for node in operations if node.name) or "none"
    wanted = "Say which operation to run in operationName" if name is None else f"There is no operation {name!r}"
    raise InvalidDocumentError("OPERATION_NOT_FOUND", [GraphQLError(f"{wanted}; the document has: {names}.")])


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
