"""Completes the values of a field: spreads lists, writes leaves, finds the types of objects, starts what is below."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLObjectType
from graphql.execution.executor import Executor
from graphql.pyutils import inspect, is_iterable

from execution.batches import Batch
from execution.classes import Kind, all_plain, kind_of
from execution.field_errors import FieldErrors
from execution.found import Found, Indices
from execution.items import items_of, taken
from execution.plans import FieldPlan
from execution.resolve_info import Infos
from execution.waiting import Waiting, all_settled

Item = tuple[Any, int, Indices, Any, Any]
"""A value of a list field: with its object, the indices above, the container of the answer and its key there."""


class Execution(NamedTuple):
    """What all fields of one execution share.

    `start` has a batch begun when what is begun is gone through; `settle` does that, and waits for what has to be.
    """

    core: Executor[Any]
    infos: Infos
    errors: FieldErrors
    start: Callable[[Batch], None]
    settle: Callable[[Waiting], Awaitable[None]]


class Completion:
    """Of one field of a batch. What has to be waited for is added to `waiting`."""

    __slots__ = ("_all", "_batch", "_field", "_found", "_later", "_waiting")

    def __init__(self, execution: Execution, field: FieldPlan, batch: Batch, waiting: Waiting) -> None:
        self._all = execution
        self._field = field
        self._batch = batch
        self._waiting = waiting
        self._found = Found()
        self._later: list[Item] = []

    def complete(self, numbers: Sequence[int], values: Sequence[Any]) -> None:
        """`values` belong to the objects with those numbers; none of them is to be awaited any more."""
        if self._field.shape.depth == 0:
            self._singles(numbers, values)
        else:
            records, name = self._batch.records, self._field.name
            for number, value in zip(numbers, values, strict=True):
                self._item((value, number, (), records[number], name))
        self._go_on()

    def _go_on(self) -> None:
        if self._found.values:
            self._complete_found(self._found)
        if self._later:
            self._waiting.append(self._finish_items())

    def _in_time(self, waiting: Waiting) -> "Completion":
        """The same, for what has been waited for."""
        return Completion(self._all, self._field, self._batch, waiting)

    def _singles(self, numbers: Sequence[int], values: Sequence[Any]) -> None:
        for number, value in zip(numbers, values, strict=True):
            kind = kind_of(value)
            if kind is Kind.FAILED or kind is Kind.MISSING:
                self._nothing(number, value, ())
            else:
                self._found.add(value, number)

    def _nothing(self, number: int, value: Any, indices: Indices) -> None:
        """The value is missing, which the type may allow, or is an error."""
        if isinstance(value, Exception):
            self._batch.fail(self._field, number, value, indices)
        elif not self._field.shape.nullable[len(indices)]:
            self._batch.fail(self._field, number, self._null_error(), indices)

    # -- lists

    def _item(self, item: Item) -> None:
        value, number, above, places, _ = item
        indices = _indices(item)
        kind = kind_of(value)
        if kind is Kind.FAILED or kind is Kind.MISSING:
            self._nothing(number, value, indices)
        elif len(indices) == self._field.shape.depth:
            self._found.add_items([value], number, above, indices[-1], places)
        elif hasattr(value, "__aiter__"):
            self._later.append(item)
        elif not is_iterable(value):
            self._batch.fail(self._field, number, self._list_error(), indices)
        else:
            self._list(item)

    def _list(self, item: Item) -> None:
        value, number, _, container, key = item
        indices = _indices(item)
        items, failure = taken(value)
        container[key] = places = [None] * len(items)
        if len(indices) + 1 == self._field.shape.depth and all_plain(items):
            self._found.add_items(items, number, indices, 0, places)
        else:
            self._items(items, (number, indices), places)
        if failure is not None:
            self._batch.fail(self._field, number, failure, indices, after=len(items))

    def _items(self, items: list[Any], of: tuple[int, Indices], places: list[Any]) -> None:
        number, indices = of
        for index, one in enumerate(items):
            if kind_of(one) is Kind.AWAITABLE:
                self._later.append((one, number, indices, places, index))
            else:
                self._item((one, number, indices, places, index))

    async def _finish_items(self) -> None:
        """The items of lists that had to be waited for, and lists that come item by item."""
        values = await all_settled([items_of(item[0]) for item in self._later])
        below: Waiting = []
        rest = self._in_time(below)
        for item, value in zip(self._later, values, strict=True):
            rest._item((value, *item[1:]))
        rest._go_on()
        await self._all.settle(below)

    # -- leaves and objects

    def _complete_found(self, found: Found) -> None:
        if self._field.is_leaf:
            self._complete_leaves(found)
        elif self._field.is_abstract:
            self._complete_abstract(found)
        else:
            self._complete_concrete(found, self._field.shape.named)

    def _complete_leaves(self, found: Found) -> None:
        try:
            write = self._field.write
            written = [write(value) for value in found.values]  # a map would end at a StopIteration
        except Exception:
            self._complete_leaves_one_by_one(found)
        else:
            found.put(written, self._batch.records, self._field.name)

    def _complete_leaves_one_by_one(self, found: Found) -> None:
        complete, leaf = self._all.core.complete_leaf_value, self._field.shape.named
        written: list[Any] = []
        failures: list[tuple[int, Exception]] = []
        for place, value in enumerate(found.values):
            try:
                written.append(complete(leaf, value))
            except Exception as error:
                written.append(None)
                failures.append((place, error))
        found.put(written, self._batch.records, self._field.name)
        for place, failure in failures:
            self._fail(found, place, failure)

    def _complete_objects(self, found: Found, runtime_type: GraphQLObjectType) -> None:
        try:
            plan = self._field.below(runtime_type)
        except (GraphQLError, RecursionError) as error:  # of a condition, @skip(if: null); of a chain of fragments
            for place in range(len(found.values)):
                self._fail(found, place, error)
        else:
            self._all.start(Batch(self._all.errors, plan, found, self._batch, self._field))

    def _fail(self, found: Found, place: int, error: Exception) -> None:
        self._batch.fail(self._field, found.owners[place], error, found.indices(place))

    # -- types of objects

    def _complete_concrete(self, found: Found, runtime_type: GraphQLObjectType) -> None:
        """Each value is asked whether it is of the type, if the type has such a question; answers may come later."""
        if runtime_type.is_type_of is None:
            self._complete_objects(found, runtime_type)
            return
        verdicts = self._ask(found, runtime_type.is_type_of)
        if any(kind_of(verdict) is Kind.AWAITABLE for verdict in verdicts):
            self._waiting.append(self._finish_concrete(found, runtime_type, verdicts))
        else:
            self._complete_confirmed(found, runtime_type, verdicts)

    async def _finish_concrete(self, found: Found, runtime_type: GraphQLObjectType, verdicts: list[Any]) -> None:
        below: Waiting = []
        self._in_time(below)._complete_confirmed(found, runtime_type, await all_settled(verdicts))
        await self._all.settle(below)

    def _complete_confirmed(self, found: Found, runtime_type: GraphQLObjectType, verdicts: Sequence[Any]) -> None:
        confirmed = []
        for place, verdict in enumerate(verdicts):
            if isinstance(verdict, Exception):
                self._fail(found, place, verdict)
            elif not verdict:
                self._fail(found, place, self._type_error(runtime_type, found.values[place]))
            else:
                confirmed.append(place)
        if confirmed:
            self._complete_objects(_those(found, confirmed), runtime_type)

    def _complete_abstract(self, found: Found) -> None:
        abstract = self._field.shape.named
        resolve_type: Any = abstract.resolve_type or self._all.core.type_resolver
        names = self._ask(found, lambda value, info: resolve_type(value, info, abstract))
        if any(kind_of(name) is Kind.AWAITABLE for name in names):
            self._waiting.append(self._finish_abstract(found, names))
        else:
            self._complete_by_type(found, names)

    async def _finish_abstract(self, found: Found, names: list[Any]) -> None:
        below: Waiting = []
        self._in_time(below)._complete_by_type(found, await all_settled(names))
        await self._all.settle(below)

    def _complete_by_type(self, found: Found, names: Iterable[Any]) -> None:
        by_type: dict[GraphQLObjectType, list[int]] = {}
        for place, name in enumerate(names):
            try:
                runtime_type = self._runtime_type(found, place, name)
            except Exception as error:
                self._fail(found, place, error)
            else:
                by_type.setdefault(runtime_type, []).append(place)
        for runtime_type, places in by_type.items():
            self._complete_concrete(_those(found, places), runtime_type)

    def _runtime_type(self, found: Found, place: int, name: Any) -> GraphQLObjectType:
        if isinstance(name, Exception):
            raise name
        field = self._field
        info = self._all.infos.info(field, self._batch, found.owners[place])
        value = found.values[place]
        return self._all.core.ensure_valid_runtime_type(name, field.shape.named, field.details, info, value)

    def _ask(self, found: Found, question: Callable[[Any, Any], Any]) -> list[Any]:
        """What the question says of each value; where it raises, what it raised."""
        answers: list[Any] = []
        for value, number in zip(found.values, found.owners, strict=True):
            try:
                answers.append(question(value, self._all.infos.info(self._field, self._batch, number)))
            except Exception as error:
                answers.append(error)
        return answers

    # -- errors, in graphql-core's words

    def _null_error(self) -> TypeError:
        return TypeError(f"Cannot return null for non-nullable field {self._coordinate()}.")

    def _list_error(self) -> GraphQLError:
        return GraphQLError(f"Expected Iterable, but did not find one for field '{self._coordinate()}'.")

    def _type_error(self, runtime_type: GraphQLObjectType, value: Any) -> GraphQLError:
        words = f"Expected value of type '{runtime_type}' but got: {inspect(value)}."
        return GraphQLError(words, self._field.nodes)

    def _coordinate(self) -> str:
        return f"{self._field.parent_type}.{self._field.details[0].node.name.value}"


def _those(found: Found, places: list[int]) -> Found:
    return found if len(places) == len(found.values) else found.subset(places)


def _indices(item: Item) -> Indices:
    """Of the value; none for that of the whole field, whose key is the field's name."""
    _, _, above, _, key = item
    return () if isinstance(key, str) else (*above, key)
