"""One operation on both executors."""

from typing import Any, NamedTuple

from graphql import ExecutionResult, GraphQLSchema, execute, parse, validate
from graphql import build_schema as schema_of_sdl

from execution import CompiledExecutor, FindShortcut, declared_shortcuts
from execution.leaves import Natives


class Asked(NamedTuple):
    """A schema, and how the compiled executor may read it."""

    schema: GraphQLSchema
    find_shortcut: FindShortcut = declared_shortcuts
    natives: Natives = {}  # noqa: RUF012 - nobody changes it

    async def on_core(self, document: str, root: Any = None, **variables: Any) -> dict[str, Any]:
        result = execute(self.schema, parse(document), root, variable_values=variables)
        return formatted(result if isinstance(result, ExecutionResult) else await result)

    async def compiled(self, document: str, root: Any = None, **variables: Any) -> dict[str, Any]:
        operation = CompiledExecutor(self.schema, self.find_shortcut, self.natives).compile(parse(document))
        result = operation.execute(root, variables=variables)
        return formatted(result if isinstance(result, ExecutionResult) else await result)

    async def on_both(self, document: str, root: Any = None, **variables: Any) -> dict[str, Any]:
        """What both give, which must be the same."""
        assert validate(self.schema, parse(document)) == []
        expected = await self.on_core(document, root, **variables)
        assert await self.compiled(document, root, **variables) == expected
        return expected


def formatted(result: ExecutionResult) -> dict[str, Any]:
    """The errors with messages, locations, paths and extensions; no errors, no key."""
    errors = [error.formatted for error in result.errors or ()]
    return {"data": result.data, "errors": errors} if errors else {"data": result.data}


def messages(answer: dict[str, Any]) -> list[tuple[str, list[Any] | None]]:
    """Message and path of each error."""
    return [(error["message"], error.get("path")) for error in answer.get("errors", ())]


def schema_with(sdl: str, **resolvers: Any) -> GraphQLSchema:
    """`Query_field=function`, for each field with a resolver."""
    schema = schema_of_sdl(sdl)
    for place, resolve in resolvers.items():
        type_name, _, field = place.partition("_")
        object_type: Any = schema.type_map[type_name]
        object_type.fields[field].resolve = resolve
    return schema
