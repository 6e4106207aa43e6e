"""文档: a query's text, parsed, validated and analysed once and remembered."""

from collections.abc import Mapping
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

from auth.permissions import Permissions
from schema.field_usage import OperationUses, uses_of_operation
from server.operations.executors import Executable, Executors
from server.operations.inner_variables import inner_variables

_MOST_TOKENS = 10_000
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

    def __init__(self, schema: GraphQLSchema, executors: Executors) -> None:
        self._schema = schema
        self._executors = executors
        self._kept: dict[tuple[str, str | None], Operation] = {}
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._operation)

    def operation(self, text: str, name: str | None) -> Operation:
        """InvalidDocumentError when it cannot be run."""
        return self._kept.get((text, name)) or self._remembered(text, name)

    def keep(self, text: str) -> None:
        """All operations of the document, by whichever name. InvalidDocumentError when one of them cannot be run."""
        for name in _names_of_operations(self._valid_document(text)):
            self._kept[text, name] = replace(self._operation(text, name), is_trusted=True)

    def _operation(self, text: str, name: str | None) -> Operation:
        try:
            document = self._valid_document(text)
            definition = _named_operation(document, name)
            fragments = _fragments(document)
            uses = uses_of_operation(self._schema, definition, fragments)
            executable = self._executors.executable(document, name)
        except RecursionError as error:
            raise InvalidDocumentError("GRAPHQL_PARSE_FAILED", [GraphQLError("It is nested too deeply.")]) from error
        inner = inner_variables(definition, fragments)
        return Operation(definition, uses, sha256(text.encode()).hexdigest(), executable, inner)

    def _valid_document(self, text: str) -> DocumentNode:
        try:
            document = parse(text, max_tokens=_MOST_TOKENS)
        except GraphQLError as error:
            raise InvalidDocumentError("GRAPHQL_PARSE_FAILED", [error]) from error
        errors = validate(self._schema, document)
        if errors:
            raise InvalidDocumentError("GRAPHQL_VALIDATION_FAILED", errors)
        return document


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
