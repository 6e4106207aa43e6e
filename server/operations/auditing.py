"""审计: the entries that an operation leaves in the audit log before its answer leaves."""

from domain.codes import AuditKind
from domain.errors import CallerError
from resolvers.context import RequestContext
from server.operations.documents import Operation


async def record_lookups(operation: Operation, context: RequestContext) -> None:
    """One entry for what the operation has looked up; none when it has looked nothing up.

    DatabaseUnavailableError: the answer must not be given.
    """
    for kind, lines in context.journal.told():
        details = {"document": operation.fingerprint, "lookups": lines}
        await context.database.audit_log.record(context.audited(kind, _name(operation), details=details))


async def record_refusal(operation: Operation, context: RequestContext, error: CallerError) -> None:
    """An entry for an operation that was refused for the fields which it uses."""
    fields = error.extensions.get("fields")
    if fields is not None:
        details = {"document": operation.fingerprint, "code": error.problem.code, "fields": fields}
        await context.database.audit_log.record(context.audited(AuditKind.REFUSAL, _name(operation), details=details))


def _name(operation: Operation) -> str:
    return operation.name or operation.type
