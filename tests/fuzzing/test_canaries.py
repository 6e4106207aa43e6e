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
PAGE = {"first": 100, "which": "ALL"}


def test_lists_tell_everybody_what_they_may_see(target: Target) -> None:
    """What of them the caller knows of, and all that there is."""
    for asker in target.askers:
        for schema in (seen_by(asker.hidden), WHOLE):
            fields = root_fields(schema)
            for name in filter(fields.__contains__, LISTS):
                target.ask(asker, document_of("query", name, fields[name]), PAGE)
    told = {kind for kind, rule in KINDS.items() if rule.columns}
    assert set(target.canaries.met) >= told | {OWN_ROWS}


def test_records_that_are_known_by_their_ids_are_told_of_as_far_as_they_may_be_seen(target: Target) -> None:
    for asker in target.askers:
        for schema, depth in ((seen_by(asker.hidden), 0), (seen_by(asker.hidden), 1), (WHOLE, 1)):
            target.ask(asker, document_of_nodes(schema, depth), {"ids": target.ids_of(asker)["Node"][:100]})


def root_fields(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    assert schema.query_type
    return dict(schema.query_type.fields)


def document_of_nodes(schema: GraphQLSchema, depth: int) -> str:
    types = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType)]
    nodes = [each for each in types if any(of.name == "Node" for of in each.interfaces)]
    parts = " ".join(f"... on {each.name}{selection_of(each, depth)}" for each in nodes)
    return f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename {parts} }} }}"
