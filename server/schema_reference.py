"""The pages of docs/reference that show the schema: every operation, type, field and argument with its description."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import TypeVar, cast

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLType,
    get_named_type,
    is_introspection_type,
)
from graphql.utilities.print_schema import print_input_value

from auth.visibility import coordinate
from schema.build import build_schema, governed_fields, graphql_schema

TypeT = TypeVar("TypeT", bound=GraphQLNamedType)

_WRITTEN = "<!-- Written by `make schema` from the code. -->\n\n"
_PAGES: Mapping[type, str] = {
    GraphQLObjectType: "types.md",
    GraphQLInterfaceType: "types.md",
    GraphQLInputObjectType: "inputs.md",
    GraphQLEnumType: "enums.md",
    GraphQLScalarType: "scalars.md",
}


def operations_page(kind: str, title: str, introduction: str) -> str:
    """Of all fields of the type `kind`, which is one of the three roots."""
    fields = _roots()[kind].fields
    return _page(title, introduction, (_operation(name, field) for name, field in sorted(fields.items())))


def types_page() -> str:
    classes = {coordinate(name): field.field_class.value for name, field in governed_fields(build_schema()).items()}
    return _page(
        "类型 Types",
        "What answers are made of. The class says which column of [the permission matrix](permissions.md) governs a "
        "field; one without a class is open to everyone who may have the object.",
        [_object(a_type, classes) for a_type in _types(GraphQLInterfaceType)]
        + [_object(a_type, classes) for a_type in _types(GraphQLObjectType)],
    )


def inputs_page() -> str:
    return _page(
        "输入 Inputs",
        "What conditions, orders and changes are written in. `!`: it must be given.",
        (_input(a_type) for a_type in _types(GraphQLInputObjectType)),
    )


def enums_page() -> str:
    return _page(
        "枚举 Enums", "Code lists (代码表) and choices.", (_enum(a_type) for a_type in _types(GraphQLEnumType))
    )


def scalars_page() -> str:
    return _page("标量 Scalars", "Single values.", (_heading(a_type) for a_type in _types(GraphQLScalarType)))


SCHEMA_PAGES: Mapping[str, Callable[[], str]] = {
    "queries.md": partial(
        operations_page, "Query", "查询 Queries", "What can be asked. `!`: never null, or must be given."
    ),
    "mutations.md": partial(
        operations_page,
        "Mutation",
        "修改 Mutations",
        "What can be changed. `errors` of the answer hold whatever the caller can mend: [all codes](errors.md).",
    ),
    "subscriptions.md": partial(
        operations_page,
        "Subscription",
        "订阅 Subscriptions",
        "What can be followed, over WebSocket or server-sent events: [how](../subscriptions.md).",
    ),
    "types.md": types_page,
    "inputs.md": inputs_page,
    "enums.md": enums_page,
    "scalars.md": scalars_page,
}


@lru_cache
def _roots() -> dict[str, GraphQLObjectType]:
    schema = graphql_schema(build_schema())
    return {root.name: root for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root}


def _types(kind: type[TypeT]) -> list[TypeT]:
    """Those of this kind by name, the three roots left out, which have pages of their own."""
    types = graphql_schema(build_schema()).type_map.values()
    shown = (a_type for a_type in types if not is_introspection_type(a_type) and a_type.name not in _roots())
    return sorted((a_type for a_type in shown if isinstance(a_type, kind)), key=lambda a_type: a_type.name)


def _operation(name: str, field: GraphQLField) -> str:
    head = f"## {name}\n\n{_told(field.description)}\n\nGives {_linked(field.type)}.\n"
    return head + _table("argument | type | default | what it is", map(_argument, field.args, field.args.values()))


def _object(a_type: GraphQLObjectType | GraphQLInterfaceType, classes: Mapping[str, str]) -> str:
    rows = (
        f"| {_field(name, field)} | {_linked(field.type)} | {classes.get(f'{a_type.name}.{name}', '')} | "
        f"{_told(field.description)} |"
        for name, field in a_type.fields.items()
    )
    return _heading(a_type) + _table("field | type | class | what it is", rows)


def _field(name: str, field: GraphQLField) -> str:
    arguments = ", ".join(f"{argument}: {_linked(value.type)}" for argument, value in field.args.items())
    return f"`{name}`" + (f"({arguments})" if arguments else "")


def _input(a_type: GraphQLInputObjectType) -> str:
    rows = map(_argument, a_type.fields, a_type.fields.values())
    return _heading(a_type) + _table("field | type | default | what it is", rows)


def _enum(a_type: GraphQLEnumType) -> str:
    rows = (f"| `{name}` | {_told(value.description)} |" for name, value in a_type.values.items())
    return _heading(a_type) + _table("value | what it is", rows)


def _argument(name: str, value: GraphQLArgument | GraphQLInputField) -> str:
    _, _, default = print_input_value(name, cast("GraphQLArgument", value)).partition(" = ")  # it takes either
    return f"| `{name}` | {_linked(value.type)} | {f'`{default}`' if default else ''} | {_told(value.description)} |"


def _heading(a_type: GraphQLNamedType) -> str:
    return f"## {a_type.name}\n\n{_told(a_type.description)}\n"


def _linked(a_type: GraphQLType) -> str:
    """The type as it is written in the schema, with a link to its own place."""
    named = get_named_type(a_type)
    page = next(page for kind, page in _PAGES.items() if isinstance(named, kind))
    return f"[`{a_type}`]({page}#{named.name.lower()})"


def _told(description: str | None) -> str:
    return " ".join((description or "").split()).replace("|", "\\|")


def _table(columns: str, rows: Iterable[str]) -> str:
    lines = list(rows)
    if not lines:
        return ""
    return f"\n| {columns} |\n|{'|'.join('---' for _ in columns.split(' | '))}|\n" + "\n".join(lines) + "\n"


def _page(title: str, introduction: str, parts: Iterable[str]) -> str:
    return f"{_WRITTEN}# {title}\n\n{introduction}\n\n" + "\n".join(parts)
