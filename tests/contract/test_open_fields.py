"""What the permission matrix does not govern: reviewed, and written down here with the reason."""

from collections.abc import Iterator

import pytest
import strawberry
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.build import UndecidedFieldError, graphql_schema, require_decided
from schema.traits import is_open, open_field, record_field
from server.app import SCHEMA

ROOTS = ("Query", "Mutation", "Subscription")
OPEN_ROOT_FIELDS = {
    "Query.viewer": "says who the caller is",
    "Query.node": "what it gives is governed field by field",
    "Query.nodes": "what it gives is governed field by field",
    "Query.memberQueryFields": "says what the caller may ask for",
    "Query.historyMemberQueryFields": "says what the caller may ask for",
    "Query.releaseNotes": "is the same for everybody",
    "Query.validationRules": "is the same for everybody",
    "Subscription.permissionsChanged": "says what the caller may do",
}
OPEN_TYPES = {
    "Node": "its field is governed in each type that has it",
    "PageInfo": "where a page stands; the page is governed",
    "PermissionMatrix": "given by a governed field alone",
    "PermissionEntry": "given by a governed field alone",
    "PermissionChange": "given by a governed field alone",
    "PermissionValue": "given by a governed field alone",
    "PermissionsEvent": "says what the caller may do",
    "FieldPermission": "says what the caller may do",
    "MemberPrefill": "takes apart what the caller typed",
    "Viewer": "says who the caller is",
    "QueryField": "says what the caller may ask for",
    "QueryFieldOption": "a code of a public list",
    "ImportRowError": "says what is wrong with the caller's own file, whose cells it does not repeat",
    "MemberStatistics": "given by a governed field alone, whose dimensions are governed too",
    "StatisticsRow": "part of the same",
    "StatisticsBucket": "part of the same",
    "StatisticsCell": "part of the same",
    "RegistrationStatistics": "given by a governed field alone",
    "RegistrationRow": "part of the same",
    "ReleaseNote": "is the same for everybody",
    "UploadedFile": "given by a governed field alone",
    "ValidationRule": "is the same for everybody",
    "UserError": "says what is wrong with the caller's own input",
}
WRAPPERS = ("Connection", "Edge", "Payload")
"""Endings of types that wrap what a governed field gives."""


def open_fields() -> Iterator[tuple[str, str]]:
    for name, kind in graphql_schema(SCHEMA).type_map.items():
        for key, field in getattr(kind, "fields", {}).items():
            definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if not name.startswith("__") and hasattr(field, "args") and definition is not None and is_open(definition):
                yield name, key


def test_fields_at_the_roots_are_governed_unless_they_were_reviewed() -> None:
    assert {f"{name}.{key}" for name, key in open_fields() if name in ROOTS} == set(OPEN_ROOT_FIELDS)


def test_open_fields_stand_in_reviewed_types_alone() -> None:
    types = {name for name, _ in open_fields() if name not in ROOTS and not name.endswith(WRAPPERS)}
    assert types == set(OPEN_TYPES)


def test_a_schema_with_a_field_that_was_forgotten_is_not_built() -> None:
    @strawberry.type
    class Query:
        governed: str = record_field("甲", "A.")
        open: str = open_field("乙", "B.")
        forgotten: str = strawberry.field(description="丙。C.")

    with pytest.raises(UndecidedFieldError, match=r"^Query\.forgotten: make it a record_field"):
        require_decided(strawberry.Schema(query=Query))
