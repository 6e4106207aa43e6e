"""读取位置: where an operation reads: at the primary, or at a replica that has what its caller has written."""

from collections import OrderedDict
from dataclasses import replace

from auth.visibility import FieldUse, Purpose
from resolvers.context import RequestContext
from server.metrics import count_fallback, count_place
from server.operations.documents import Operation
from server.operations.running import Answer, Operations, Request
from server.operations.time_limits import Departure
from storage.replicas import Replica, Replicas
from storage.wal_positions import BEYOND_ALL, Position, position_of, written_position

_MOST_REMEMBERED = 10_000
"""Callers."""

_READ_AT_THE_PRIMARY = frozenset(
    FieldUse(f"Query.{name}", Purpose.READ)
    for name in (
        "account",
        "accounts",
        "audit_entries",
        "audit_verification",
        "change_cursor",
        "changes",
        "partner",
        "partners",
        "permission_matrix",
        "permission_versions",
    )
)
"""Who may do what, what was done, and how far the changes have come: of these one is told nothing old."""

_CURSORS = FieldUse("Query.change_cursor", Purpose.READ)
"""What is read after it must not be older than it is."""


class ReadingPlaces:
    """Runs operations where they are to read. Without replicas all is read at the primary."""

    def __init__(self, operations: Operations, replicas: Replicas | None = None) -> None:
        self._operations = operations
        self._replicas = replicas
        self._written: OrderedDict[str, Position] = OrderedDict()
        for each in replicas.members if replicas else ():
            each.fallen_back = count_fallback

    async def run(
        self, operation: Operation, request: Request, context: RequestContext, departure: Departure | None = None
    ) -> Answer:
        """As `Operations.run`; the answer to a mutation says up to where its caller has written."""
        if self._replicas is None:
            return await self._operations.run(operation, request, context, departure)
        place = self._place(self._replicas, operation, request, context)
        count_place("primary" if place is None else "replica")
        there = context if place is None else context.reading_at(place)
        try:
            answer = await self._operations.run(operation, request, there, departure)
        except BaseException:
            if operation.is_mutation:  # nobody can tell what was committed, nor where
                self._remember(context.actor.subject, BEYOND_ALL)
            raise
        if operation.is_mutation or _CURSORS in operation.uses.written:
            written = await self._replicas.written()
            self._remember(context.actor.subject, written)
            return replace(answer, written=written_position(written))
        return answer

    def _place(
        self, replicas: Replicas, operation: Operation, request: Request, context: RequestContext
    ) -> Replica | None:
        if operation.is_mutation or not _READ_AT_THE_PRIMARY.isdisjoint(operation.uses.written):
            return None
        caller = context.actor.subject
        told = position_of(request.written) if request.written else 0
        return replicas.for_reading(max(told, self._written.get(caller, 0)), caller)

    def _remember(self, caller: str, written: Position) -> None:
        """For callers who do not send it back, as far as they come to this process again."""
        self._written[caller] = written
        self._written.move_to_end(caller)
        if len(self._written) > _MOST_REMEMBERED:
            self._written.popitem(last=False)
