"""Who asks: every role at every tier, a partner with a scope of its own, and somebody without a token."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from graphql import REMOVE, GraphQLSchema, Visitor, build_ast_schema, parse, print_schema, visit

from auth.actor import Role, tier_of
from auth.visibility import Visibility, coordinate
from domain.records import OrganizationRecord, columns_of, record_class
from schema.build import graphql_schema
from server.app import DEFAULT_PERMISSIONS, SCHEMA
from storage.engine import libpq_url
from tests.asking import Api
from tests.fuzzing.canaries import Sight

WHOLE = graphql_schema(SCHEMA)


@dataclass(frozen=True)
class Asker:
    name: str
    token: str | None
    sight: Sight
    hidden: frozenset[str]
    """As `Member.identityNumber`."""

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # as Hypothesis has it
        """Without the token, and the hundreds of fields that are hidden."""
        printer.text(self.name)

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


NOBODY = Asker("nobody", None, Sight("nowhere", frozenset()), frozenset())


def askers(api: Api, places: list[OrganizationRecord]) -> Iterator[Asker]:
    """One place of each tier, the others within the first."""
    for place in places:
        for role in Role:
            permissions = DEFAULT_PERMISSIONS.permissions_of(role, tier_of(place)).visibilities
            shown = frozenset(name for name, how in permissions.items() if how is Visibility.VISIBLE)
            hidden = frozenset(coordinate(name) for name, how in permissions.items() if how is Visibility.HIDDEN)
            token = api.token(role, place)
            yield Asker(f"{role.value} of {place.kind}", token, Sight(place.path, shown), hidden)
    yield NOBODY


def schema_without(hidden: frozenset[str]) -> GraphQLSchema:
    """The schema as if fields that are hidden, and what leads to nothing else, were not there."""
    document, empty = parse(print_schema(WHOLE)), set[str]()
    while True:
        document = visit(document, _Without(hidden, empty))
        found = {definition.name.value for definition in document.definitions if _is_empty(definition)}
        if not found:
            return build_ast_schema(document, assume_valid=True)
        empty |= found


def _is_empty(definition: Any) -> bool:
    return definition.kind in ("object_type_definition", "interface_type_definition") and not definition.fields


class _Without(Visitor):
    def __init__(self, hidden: frozenset[str], empty: set[str]) -> None:
        super().__init__()
        self._hidden, self._empty, self._type = hidden, empty, ""

    def enter_object_type_definition(self, node: Any, *_: Any) -> Any:
        self._type = node.name.value
        return REMOVE if self._type in self._empty else None

    enter_interface_type_definition = enter_object_type_definition

    def enter_field_definition(self, node: Any, *_: Any) -> Any:
        is_gone = f"{self._type}.{node.name.value}" in self._hidden or _named(node.type) in self._empty
        return REMOVE if is_gone else None


def _named(node: Any) -> str:
    while hasattr(node, "type"):
        node = node.type
    return str(node.name.value)


def place_of_each_tier(url: str) -> list[OrganizationRecord]:
    """A county, an approving committee in it, and a branch in that, with as many members as there are."""
    query = """
    SELECT c.id, g.id, b.id FROM organizations c
    JOIN organizations g ON g.path LIKE c.path || '%%' AND g.can_approve_membership
    JOIN organizations b ON b.path LIKE g.path || '%%' AND b.kind = 'BRANCH'
    WHERE c.kind = 'COUNTY'
    ORDER BY (SELECT count(*) FROM members m WHERE m.org_path = b.path) DESC, b.id LIMIT 1
    """
    columns = columns_of(OrganizationRecord)
    record = record_class(OrganizationRecord, columns)
    with psycopg.connect(libpq_url(url)) as connection:
        ids = connection.execute(query).fetchone()
        assert ids is not None
        return [
            record._make(row)
            for each in ids
            for row in connection.execute(f"SELECT {', '.join(columns)} FROM organizations WHERE id = %s", [each])
        ]
