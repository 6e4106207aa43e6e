"""A batch: all objects that one selection set is asked of at one place of the answer, and the dicts made of them."""

from collections.abc import Sequence
from typing import Any

from graphql import located_error
from graphql.pyutils import Path

from execution.field_errors import FieldError, FieldErrors, Place
from execution.found import Found, Indices
from execution.plans import FieldPlan, SelectionPlan


class Batch:
    """`records` are the dicts of the answer, one for each object; they hang in it from the moment they are made."""

    __slots__ = ("errors", "field", "found", "is_null", "parent", "plan", "records", "sources")

    def __init__(
        self,
        errors: FieldErrors,
        plan: SelectionPlan,
        found: Found,
        parent: "Batch | None" = None,
        field: FieldPlan | None = None,
    ) -> None:
        self.errors = errors
        self.plan = plan
        self.found = found
        self.sources: Sequence[Any] = found.values
        self.parent = parent
        self.field = field
        self.records: list[dict[str, Any]] = []
        self.is_null = False

    def build(self, context: Any) -> list[int]:
        """Makes the records; gives the numbers of the objects whose fields are yet to be done in the general way."""
        built = self.plan.records.build(self.sources, context)
        for number in built.given_up:
            built.records[number] = self.plan.empty_record()
        self.records = built.records
        if self.parent is not None and self.field is not None:
            self.found.put(self.records, self.parent.records, self.field.name)
        return built.given_up

    def leave_empty(self) -> None:
        """Records in which every field is yet to be done."""
        self.records = [self.plan.empty_record() for _ in self.sources]

    def place(self, number: int) -> Place:
        if self.parent is None or self.field is None:
            return ()
        above = self.parent.place(self.found.owners[number])
        return (*above, self.field.position, *self.found.indices(number))

    def path_to(self, field: FieldPlan, number: int) -> Path:
        """As resolvers are told it."""
        return Path(self._path(number), field.name, self.plan.parent_type.name)

    def _path(self, number: int) -> Path | None:
        if self.parent is None or self.field is None:
            return None
        path = self.parent.path_to(self.field, self.found.owners[number])
        for index in self.found.indices(number):
            path = path.add_key(index, None)
        return path

    def fail(
        self, field: FieldPlan, number: int, raw: Exception, indices: Indices = (), after: int | None = None
    ) -> None:
        """Keeps the error with its place, and nulls the nearest place that may be null.

        `after`: it is a list that failed after so many items; their own errors were met before.
        """
        path = self.path_to(field, number)
        for index in indices:
            path = path.add_key(index, None)
        error = located_error(raw, field.nodes, path.as_list())
        place = (*self.place(number), field.position, *indices, *(() if after is None else (after,)))
        self.errors.add(FieldError(place, self._null(field, number, indices), error))

    def _null(self, field: FieldPlan, number: int, indices: Indices) -> Place:
        for depth in range(len(indices), -1, -1):
            if field.shape.nullable[depth]:
                _set_null(self.records[number], field.name, indices[:depth])
                return (*self.place(number), field.position, *indices[:depth])
        if self.parent is None or self.field is None:
            self.is_null = True
            return ()
        return self.parent._null(self.field, self.found.owners[number], self.found.indices(number))


def root_batch(errors: FieldErrors, plan: SelectionPlan, root_value: Any) -> Batch:
    found = Found()
    found.add(root_value, 0)
    return Batch(errors, plan, found)


def _set_null(record: dict[str, Any], name: str, indices: Indices) -> None:
    """Nothing is to be done where something above has become null already."""
    container: Any = record
    keys: list[Any] = [name, *indices]
    for key in keys[:-1]:
        container = container[key]
        if container is None:
            return
    container[keys[-1]] = None
