"""What a resolver is told of its place: as graphql-core gives it, but the path is only worked out when asked for."""

from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLResolveInfo
from graphql.execution.executor import Executor
from graphql.pyutils import Path

if TYPE_CHECKING:
    from execution.batches import Batch
    from execution.plans import FieldPlan

_PLACE_OF_PATH = GraphQLResolveInfo._fields.index("path")


class LazyInfo(GraphQLResolveInfo[Any]):
    """Holds the object's batch and number where graphql-core holds the path."""

    __slots__ = ()

    @property
    def path(self) -> Path:
        held = tuple.__getitem__(self, _PLACE_OF_PATH)
        if isinstance(held, Path):  # of a copy that was given another: info._replace(path=...)
            return held
        batch, field, number = cast("tuple[Batch, FieldPlan, int]", held)
        return batch.path_to(field, number)


class Infos:
    """Makes the infos of one execution."""

    __slots__ = ("_shared",)

    def __init__(self, core: Executor[Any]) -> None:
        self._shared = (
            core.schema,
            core.fragment_definitions,
            core.root_value,
            core.operation,
            core.variable_values,
            core.context_value,
            core.is_awaitable,
            core.abort_signal,
            core.async_helpers,
        )

    def info(self, field: "FieldPlan", batch: "Batch", number: int) -> GraphQLResolveInfo[Any]:
        name = field.details[0].node.name.value
        place = (batch, field, number)
        own = (name, field.nodes, field.definition.type, field.parent_type, place)
        return tuple.__new__(LazyInfo, (*own, *self._shared))
