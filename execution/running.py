"""Runs a plan: level by level, each level's objects at once; branches that wait go on side by side."""

from collections import deque
from collections.abc import Awaitable, Sequence
from typing import Any

from graphql import ExecutionResult
from graphql.execution.executor import Executor

from execution.batches import Batch, root_batch
from execution.classes import Kind, kind_of
from execution.completing import Completion, Execution
from execution.field_errors import FieldErrors
from execution.plans import FieldPlan, SelectionPlan
from execution.resolve_info import Infos
from execution.shortcuts import Batched
from execution.waiting import Waiting, all_settled, settle


class Run:
    """One execution of a plan. graphql-core's executor is at hand for what it alone can say."""

    __slots__ = ("_core", "_errors", "_execution", "_infos", "_ready")

    def __init__(self, core: Executor[Any]) -> None:
        self._core = core
        self._errors = FieldErrors()
        self._infos = Infos(core)
        self._ready: deque[Batch] = deque()
        self._execution = Execution(core, self._infos, self._errors, self._ready.append, self._settle)

    def execute(self, plan: SelectionPlan) -> ExecutionResult | Awaitable[ExecutionResult]:
        root = root_batch(self._errors, plan, self._core.root_value)
        waiting: Waiting = []
        self._ready.append(root)
        self._go_down(waiting)
        return self._after(waiting, root) if waiting else self._result(root)

    async def execute_serially(self, plan: SelectionPlan) -> ExecutionResult:
        """As a mutation asks: each field of the root, with all below it, before the next."""
        root = root_batch(self._errors, plan, self._core.root_value)
        root.leave_empty()
        for field in plan.fields:
            waiting: Waiting = []
            self._start_field(field, root, range(1), waiting)
            await self._settle(waiting)
            if root.is_null:
                break
        return self._result(root)

    async def _after(self, waiting: Waiting, root: Batch) -> ExecutionResult:
        await settle(waiting)
        return self._result(root)

    def _result(self, root: Batch) -> ExecutionResult:
        return ExecutionResult(None if root.is_null else root.records[0], self._errors.in_order() or None)

    # -- level by level

    async def _settle(self, waiting: Waiting) -> None:
        self._go_down(waiting)
        await settle(waiting)

    def _go_down(self, waiting: Waiting) -> None:
        """Starts what is below, and what is below that: in a loop, for a document may be nested deeper than Python may
        recurse.
        """
        while self._ready:
            self._start(self._ready.popleft(), waiting)

    def _start(self, batch: Batch, waiting: Waiting) -> None:
        given_up = batch.build(self._core.context_value)
        if given_up:
            for field in batch.plan.inline:
                self._start_field(field, batch, given_up, waiting)
        every = range(len(batch.sources))
        for field in batch.plan.others:
            self._start_field(field, batch, every, waiting)

    def _start_field(self, field: FieldPlan, batch: Batch, numbers: Sequence[int], waiting: Waiting) -> None:
        try:
            arguments = field.arguments(self._core)
        except Exception as error:
            self._complete(field, batch, waiting, numbers, [error] * len(numbers))
            return
        if isinstance(field.shortcut, Batched):
            self._resolve_together(field, batch, numbers, arguments, waiting)
        else:
            self._resolve_each(field, batch, numbers, arguments, waiting)

    def _complete(
        self, field: FieldPlan, batch: Batch, waiting: Waiting, numbers: Sequence[int], values: Sequence[Any]
    ) -> None:
        Completion(self._execution, field, batch, waiting).complete(numbers, values)

    def _take(
        self, field: FieldPlan, batch: Batch, waiting: Waiting, numbers: Sequence[int], values: Sequence[Any]
    ) -> None:
        """Completes the values, when all that are awaitable are there."""
        if any(kind_of(value) is Kind.AWAITABLE for value in values):
            waiting.append(self._finish_each(field, batch, numbers, values))
        else:
            self._complete(field, batch, waiting, numbers, values)

    # -- all objects in one call

    def _resolve_together(
        self, field: FieldPlan, batch: Batch, numbers: Sequence[int], arguments: dict[str, Any], waiting: Waiting
    ) -> None:
        if not numbers:
            return
        sources = [batch.sources[number] for number in numbers]
        resolve = field.definition.resolve or self._core.field_resolver
        try:
            outcome = resolve(sources, self._infos.info(field, batch, numbers[0]), **arguments)
        except Exception as error:
            outcome = error
        if kind_of(outcome) is Kind.AWAITABLE:
            waiting.append(self._finish_together(field, batch, numbers, outcome))
        else:
            self._take(field, batch, waiting, numbers, _one_each(field, numbers, outcome))

    async def _finish_together(
        self, field: FieldPlan, batch: Batch, numbers: Sequence[int], outcome: Awaitable[Any]
    ) -> None:
        try:
            values = await outcome
        except Exception as error:
            values = error
        below: Waiting = []
        self._take(field, batch, below, numbers, _one_each(field, numbers, values))
        await self._settle(below)

    # -- object by object

    def _resolve_each(
        self, field: FieldPlan, batch: Batch, numbers: Sequence[int], arguments: dict[str, Any], waiting: Waiting
    ) -> None:
        values = self._read(field, batch, numbers)
        if values is None:
            values = self._resolved(field, batch, numbers, arguments)
        self._take(field, batch, waiting, numbers, values)

    def _read(self, field: FieldPlan, batch: Batch, numbers: Sequence[int]) -> list[Any] | None:
        """Without a call of the resolver; None when there is no such way, or it fails: the resolver will tell where."""
        read, context = field.read, self._core.context_value
        if read is None:
            return None
        try:
            return [read(batch.sources[number], context) for number in numbers]
        except Exception:
            return None

    def _resolved(self, field: FieldPlan, batch: Batch, numbers: Sequence[int], arguments: dict[str, Any]) -> list[Any]:
        resolve = field.definition.resolve or self._core.field_resolver
        values: list[Any] = []
        for number in numbers:
            try:
                values.append(resolve(batch.sources[number], self._infos.info(field, batch, number), **arguments))
            except Exception as error:
                values.append(error)
        return values

    async def _finish_each(self, field: FieldPlan, batch: Batch, numbers: Sequence[int], values: Sequence[Any]) -> None:
        below: Waiting = []
        self._complete(field, batch, below, numbers, await all_settled(values))
        await self._settle(below)


def _one_each(field: FieldPlan, numbers: Sequence[int], values: Any) -> Sequence[Any]:
    if isinstance(values, Exception):
        return [values] * len(numbers)
    if not isinstance(values, Sequence) or isinstance(values, str | bytes) or len(values) != len(numbers):
        wrong = TypeError(f"The batched resolver of {field.parent_type}.{field.name} gave no list of one value each.")
        return [wrong] * len(numbers)
    return values
