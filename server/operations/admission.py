"""准入: from a request to the operation that it asks for: by its text, as a trusted document, or by a hash.

Whatever names a document, it is run as if its text had come: permissions, limits and the audit log know no other way.
"""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from auth.actor import Actor
from domain.errors import CallerError
from resolvers.context import RequestContext
from server.operations.document_policy import (
    DocumentNotFoundError,
    DocumentNotTrustedError,
    DocumentPolicy,
    HashMismatchError,
    PersistedQueryNotFoundError,
    PersistedQueryNotSupportedError,
)
from server.operations.documents import InvalidDocumentError, Operation
from server.operations.errors import caller_error
from server.operations.limits.errors import CostBudgetSpentError
from server.operations.manifests import ManifestError, TrustedDocument
from server.operations.persisted_queries import PersistedQueries
from server.operations.running import Answer, Operations, Request, refused

_MOST_TOLD = 5


class Admission:
    """Gives the operations that callers may ask for. Trusted documents are ready from the start."""

    def __init__(self, operations: Operations, policy: DocumentPolicy) -> None:
        """ManifestError when a trusted document cannot be run."""
        self._operations = operations
        self._policy = policy
        self._persisted = PersistedQueries(policy.persisted_query_bytes)
        self._trusted = {name: document.text for document in policy.trusted for name in document.identifiers}
        self._trusted_texts = frozenset(self._trusted.values())
        _keep_prepared(operations, policy.trusted)

    def admitted(self, request: Request, context: RequestContext) -> Operation | Answer:
        """The operation, paid for; or why it cannot be run."""
        try:
            text = self._text(request, context.actor)
            operation = self._operations.prepared(replace(request, query=text), context.language, context)
            if not isinstance(operation, Operation):
                return operation
            if request.query and request.persisted_hash:
                self._persisted.keep(request.persisted_hash, text)
            self._operations.toll.take(operation, request.variables or {}, context)
        except CostBudgetSpentError as error:
            return refused([caller_error(error, context.language)], error.retry_after)
        except CallerError as error:
            return refused([caller_error(error, context.language)])
        return operation

    def _text(self, request: Request, actor: Actor) -> str:
        if not request.query:
            return self._text_of_trusted(request) or self._text_of_persisted(request, actor)
        if self._policy.binds(actor) and request.query not in self._trusted_texts:
            raise DocumentNotTrustedError
        if request.persisted_hash and sha256(request.query.encode()).hexdigest() != request.persisted_hash:
            raise HashMismatchError
        return request.query

    def _text_of_trusted(self, request: Request) -> str | None:
        """None when it names none, but may name a document that was sent before."""
        found = self._trusted.get(request.document_id or f"sha256:{request.persisted_hash}")
        if found is None and request.document_id:
            raise DocumentNotFoundError
        return found

    def _text_of_persisted(self, request: Request, actor: Actor) -> str:
        if request.persisted_hash is None:
            return request.query
        if not self._persisted.is_open or self._policy.binds(actor):
            raise PersistedQueryNotSupportedError
        found = self._persisted.text(request.persisted_hash)
        if found is None:
            raise PersistedQueryNotFoundError
        return found


def _keep_prepared(operations: Operations, documents: Iterable[TrustedDocument]) -> None:
    """ManifestError that says of the first few what is wrong where."""
    problems = []
    for document in documents:
        try:
            operations.keep_prepared(document.text)
        except InvalidDocumentError as error:
            problems.append(f"{document.manifest}: {document.identifier}: {_told(error)}")
    if problems:
        more = f" And {len(problems) - _MOST_TOLD} more." if len(problems) > _MOST_TOLD else ""
        raise ManifestError(" ".join(problems[:_MOST_TOLD]) + more)


def _told(error: InvalidDocumentError) -> str:
    """The first thing that is wrong, and where in the document."""
    first = error.errors[0]
    place = f" (line {first.locations[0].line}, column {first.locations[0].column})" if first.locations else ""
    return f"{first.message.rstrip('.')}{place}."
