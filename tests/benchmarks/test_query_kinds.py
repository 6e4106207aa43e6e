"""The kinds of query that are measured have answers, and leave out no field that people ask often."""

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from auth.actor import Role
from benchmarks.query_kinds import KINDS, OF_OTHERS
from domain.records import OrganizationRecord
from schema.build import graphql_schema
from schema.identifiers import encoded
from server.app import SCHEMA
from tests.asking import Api

ALONE = {
    **{name: f"one of {name}s" for name in ("account", "approvalRequest", "check", "export", "partner", "savedQuery")},
    **dict.fromkeys(("node", "nodes", "historyMember", "organization"), "another name of `member`"),
    "auditVerification": "a command's work, done now and then",
    "changeCursor": "one number",
    "checks": "a short list of one table",
    "collectionFormsUrl": "an address",
    "memberPrefill": "asked of other systems",
    "partners": "a short list of one table",
    "permissionMatrix": "a short list, kept in memory",
    "permissionVersions": "a short list of one table",
    "phoneHolders": "one look-up",
    "releaseNotes": "files, kept in memory",
    "savedMemberQuery": "runs `members`",
    "savedHistoryQuery": "runs `historyMembers`",
    "historyMemberQueryFields": "a list in memory, as that of members, which is longer",
    "validationRules": "a list in memory",
}
"""Fields that are not measured, and why."""


def _asked(query: str) -> set[str]:
    """The fields of `Query` in it."""
    [operation] = parse(query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return {field.name.value for field in operation.selection_set.selections if isinstance(field, FieldNode)}


def test_every_field_is_measured_or_excepted() -> None:
    queries = [*KINDS.values(), *(query for _, query in OF_OTHERS.values())]
    query_type = graphql_schema(SCHEMA).query_type
    assert query_type is not None
    assert query_type.fields.keys() - set().union(*map(_asked, queries)) == ALONE.keys()


@pytest.mark.parametrize("title", [*KINDS, *OF_OTHERS])
async def test_it_has_an_answer(api: Api, county: OrganizationRecord, title: str) -> None:
    role, query = OF_OTHERS.get(title, (Role.ADMINISTRATOR, KINDS.get(title, "")))
    caller = api.as_(county, role)
    first = (await caller.ask("{ members(first: 1) { edges { cursor node { id } } } }")) if "$" in query else None
    given = {"organization": encoded("Organization", county.id)}
    if first:
        [edge] = first["members"]["edges"]
        given |= {"member": edge["node"]["id"], "after": edge["cursor"]}
    await caller.ask(query, {name: value for name, value in given.items() if f"${name}:" in query})
