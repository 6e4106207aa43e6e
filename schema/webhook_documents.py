"""推送文档: what a webhook is sent of each change: a subscription of `changes`, checked when it is set, run as any is.

The organisation, the types and the place in the order belong to the webhook and not to its document, which therefore
gives `changes` no arguments.
"""

from collections.abc import Collection

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from auth.visibility import FieldUse
from domain.errors import Message, Problem, RefusedError
from domain.webhooks import LONGEST_DOCUMENT
from schema.field_usage import uses_of_operation

_MOST_TOKENS = 2_000
_FORM = Message(
    "文档应只含一个订阅操作，且只选择 changes：不带变量、参数和指令，例如 subscription { changes { cursor type } }。",
    "The document must hold one subscription that asks for `changes` alone, without variables, arguments or "
    "directives: subscription { changes { cursor type } }.",
)


def uses_of_document(schema: GraphQLSchema, text: str) -> Collection[FieldUse]:
    """RefusedError with what is wrong with it."""
    document = _parsed(text)
    errors = validate(schema, document)
    if errors:
        raise RefusedError(*map(_invalid, errors[:5])) from errors[0]
    operation = _operation(document)
    if operation is None or not _asks_for_changes_alone(operation):
        raise RefusedError(Problem("DOCUMENT_INVALID", _FORM, ("document",)))
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return uses_of_operation(schema, operation, fragments).written


def _parsed(text: str) -> DocumentNode:
    if len(text) > LONGEST_DOCUMENT:
        message = Message(
            f"文档不得超过 {LONGEST_DOCUMENT} 个字符。", f"The document may have {LONGEST_DOCUMENT} characters at most."
        )
        raise RefusedError(Problem("DOCUMENT_INVALID", message, ("document",)))
    try:
        return parse(text, max_tokens=_MOST_TOKENS)
    except GraphQLError as error:
        raise RefusedError(_invalid(error)) from error


def _invalid(error: GraphQLError) -> Problem:
    message = Message(f"文档无效：{error.message}", f"The document is not valid: {error.message}")
    return Problem("DOCUMENT_INVALID", message, ("document",))


def _operation(document: DocumentNode) -> OperationDefinitionNode | None:
    """None when there are several, or none."""
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return found[0] if len(found) == 1 else None


def _asks_for_changes_alone(operation: OperationDefinitionNode) -> bool:
    if operation.operation is not OperationType.SUBSCRIPTION or operation.variable_definitions or operation.directives:
        return False
    match operation.selection_set.selections:
        case (FieldNode() as field,):
            return field.name.value == "changes" and not field.arguments and not field.directives
    return False
