"""Who asks: every role at every tier, partners' systems with all scopes and with one, and somebody without a token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx
import psycopg
from graphql import REMOVE, DocumentNode, GraphQLSchema, Visitor, build_ast_schema, parse, print_schema, visit

from auth.actor import Role, tier_of
from auth.default_matrix import FieldClass
from auth.visibility import Visibility, coordinate
from domain.codes import Scope
from domain.records import OrganizationRecord, columns_of, record_class
from schema.build import graphql_schema
from schema.identifiers import encoded
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


_FEW = (Scope.CHANGES_READ, Scope.MEMBERS_READ, Scope.ORGANIZATIONS_READ)
"""One for the partner of each place that has few scopes."""

_OPENED: Mapping[FieldClass, Scope] = {
    FieldClass.STRUCTURE: Scope.ORGANIZATIONS_READ,
    FieldClass.RECORD: Scope.MEMBERS_READ,
    FieldClass.PERSONAL: Scope.MEMBERS_READ,
    FieldClass.CHANGES: Scope.CHANGES_READ,
    FieldClass.TRANSFER: Scope.TRANSFERS_WRITE,
}
"""By which scope, as docs/sign-in-for-applications.md has it."""

_REGISTER = """mutation ($input: RegisterPartnerInput!) {
  registerPartner(input: $input) { partner { clientId } secret errors { code } } }"""


def askers(api: Api, places: list[OrganizationRecord], http: httpx.Client) -> Iterator[Asker]:
    """One place of each tier, the others within the first; `http` is to that server."""
    for place, only in zip(places, _FEW, strict=True):
        for role in Role:
            yield _asker(f"{role.value} of {place.kind}", api.token(role, place), role, place)
        for scopes in (frozenset(Scope), frozenset({only})):
            token = _partner_token(api, place, scopes, http)
            yield _asker(f"partner of {place.kind} with {len(scopes)} scopes", token, Role.PARTNER, place, scopes)
    yield NOBODY


def _asker(
    name: str, token: str, role: Role, place: OrganizationRecord, scopes: frozenset[Scope] | None = None
) -> Asker:
    permissions = DEFAULT_PERMISSIONS.permissions_of(role, tier_of(place), scopes).visibilities
    shown = frozenset(
        field for field, how in permissions.items() if how is Visibility.VISIBLE and _is_opened(field, scopes)
    )
    hidden = frozenset(coordinate(field) for field, how in permissions.items() if how is Visibility.HIDDEN)
    return Asker(name, token, Sight(place.path, shown), hidden)


def _is_opened(field: str, scopes: frozenset[Scope] | None) -> bool:
    return scopes is None or _OPENED.get(DEFAULT_PERMISSIONS.fields[field].field_class) in scopes


def _partner_token(api: Api, place: OrganizationRecord, scopes: frozenset[Scope], http: httpx.Client) -> str:
    """Of a partner that the place's security officer registers, by its own secret."""
    given = {
        "name": "合作系统",
        "organization": encoded("Organization", place.id),
        "scopes": sorted(scope.value for scope in scopes),
    }
    officer = {"Authorization": f"Bearer {api.token(Role.SECURITY_OFFICER, place)}"}
    asked = {"query": _REGISTER, "variables": {"input": given}}
    made = http.post("/graphql", json=asked, headers=officer).json()["data"]["registerPartner"]
    by_secret = (made["partner"]["clientId"], made["secret"])
    answer = http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=by_secret)
    return str(answer.json()["access_token"])


@lru_cache
def _whole_document() -> DocumentNode:
    return parse(print_schema(WHOLE), no_location=True)


def schema_without(hidden: frozenset[str]) -> GraphQLSchema:
    """The schema as if fields that are hidden, and what leads to nothing else, were not there."""
    document, empty = _whole_document(), set[str]()
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
