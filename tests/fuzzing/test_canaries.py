"""All that is planted is there to be told, is told to whoever may see it, and to nobody else."""

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema

from tests.fuzzing.callers import WHOLE
from tests.fuzzing.canaries import KINDS, OWN_ROWS
from tests.fuzzing.target import Target, seen_by
from tests.fuzzing.values import document_of, selection_of

LISTS = (
    *("members", "historyMembers", "organizations", "accounts", "partners", "approvalRequests", "auditEntries"),
    *("changes", "exports", "savedQueries", "permissionVersions"),
)
PAGE = {"first": 50, "which": "ALL"}
GIVE = """mutation ($input: UpdateMemberInput!) {
  updateMember(input: $input) { member { attachments { name } } errors { code } } }"""


def test_lists_tell_everybody_what_they_may_see(target: Target) -> None:
    """What of them the caller knows of, with and without what belongs to it."""
    for asker in target.askers:
        fields = root_fields(seen_by(asker.hidden))
        for name in filter(fields.__contains__, LISTS):
            for depth in (1, 2):
                target.ask(asker, document_of("query", name, fields[name], depth), PAGE)
    told = {kind for kind, rule in KINDS.items() if rule.columns}
    assert set(target.canaries.met) >= told | {OWN_ROWS}


def test_lists_tell_nobody_what_is_hidden(target: Target) -> None:
    """One caller for each set of fields that are hidden asks for all that there is."""
    fields = root_fields(WHOLE)
    for asker in {asker.hidden: asker for asker in target.askers}.values():
        for name in LISTS:
            target.ask(asker, document_of("query", name, fields[name]), PAGE)


def test_records_that_are_known_by_their_ids_are_told_of_as_far_as_they_may_be_seen(target: Target) -> None:
    for asker in target.askers:
        known = seen_by(asker.hidden)
        for schema, depth in ((known, 0), (known, 1), (WHOLE, 1)):
            target.ask(asker, document_of_nodes(schema, depth), {"ids": target.ids_of(asker)["Node"][:100]})


def test_what_another_has_uploaded_cannot_be_given_to_a_member_and_read_there(target: Target) -> None:
    asker = target.askers[0]
    ids = target.ids_of(asker)
    given = {"id": ids["Member"][0], "version": 1, "addAttachmentIds": ids["File"][:1]}
    answer = target.ask(asker, GIVE, {"input": given})
    assert answer["data"]["updateMember"]["errors"] == [{"code": "FILE_NOT_FOUND"}]


def root_fields(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    assert schema.query_type
    return dict(schema.query_type.fields)


def document_of_nodes(schema: GraphQLSchema, depth: int) -> str:
    types = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType)]
    nodes = [each for each in types if any(of.name == "Node" for of in each.interfaces)]
    parts = " ".join(f"... on {each.name}{selection_of(each, depth)}" for each in nodes)
    return f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename {parts} }} }}"
