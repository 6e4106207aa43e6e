"""The queries that every contender answers with equal JSON."""

from dataclasses import dataclass, field
from typing import Any

_COLUMNS = """
name identityNumber gender ethnicity birthDate education category joinedOn formalOn workPosition phone homeAddress
status lostContact floating realNameStatus version updatedAt
"""
LIST_FIELDS = f"{_COLUMNS} branch {{ name kind parent {{ name kind }} }}"
LIST_OF_POSTGRAPHILE = f"""
query List($first: Int!) {{ members: allMembers(first: $first, orderBy: [PRIMARY_KEY_ASC]) {{ nodes {{
  {_COLUMNS} branch: organizationByBranchId {{ name kind parent: organizationByParentId {{ name kind }} }}
}} }} }}
"""
"""The list from the schema that PostGraphile makes of the tables; by aliases, its answer has Dengta's names."""

_LIST = f"query List($first: Int!) {{ members(first: $first) {{ nodes {{ {LIST_FIELDS} }} }} }}"
_ONE = """
query One($id: ID!) {
  member(id: $id) {
    id name identityNumber gender ethnicity birthDate age education category joinedOn formalOn workPosition phone
    homeAddress status lostContact lostContactSince floating floatingDirection realNameStatus transferInProgress photo
    version createdAt updatedAt
    attachments { name contentType size uploadedAt }
    branch { name kind divisionCode canApproveMembership parent { name kind divisionCode canApproveMembership } }
  }
}
"""
_TREE = """
query Tree {
  viewer { organization { children(first: 20) { nodes {
    name
    members(first: 10) { nodes { name gender joinedOn } }
  } } } }
}
"""
_PAGE = """
query Page {
  members(first: 1000) {
    nodes { name gender birthDate education category joinedOn workPosition phone status updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_AGGREGATE = """
query Aggregate($id: ID!) {
  organization(id: $id) {
    children(first: 20) { nodes { name memberCount } }
    members { totalCount }
  }
}
"""


@dataclass(frozen=True)
class Subject:
    """Whom the queries ask about: global ids, and the numbers in them."""

    member: str
    member_number: int
    county: str
    county_number: int


@dataclass(frozen=True)
class Query:
    """`route` is where the floor, which knows no GraphQL, has the same answer."""

    name: str
    text: str
    route: str
    variables: dict[str, Any] = field(default_factory=dict)


def queries_about(subject: Subject) -> list[Query]:
    return [
        list_of(100),
        Query("one", _ONE, f"/one/{subject.member_number}", {"id": subject.member}),
        Query("tree", _TREE, "/tree"),
        Query("page", _PAGE, "/page"),
        Query("aggregate", _AGGREGATE, f"/aggregate/{subject.county_number}", {"id": subject.county}),
    ]


def list_of(members: int) -> Query:
    return Query("list", _LIST, f"/list/{members}", {"first": members})


def never_seen_list(number: int, members: int) -> Query:
    """The list under an alias of its own, so that nothing remembered of an earlier document fits. Equally long."""
    text = f"{{ m{number:09}: members(first: {members}) {{ nodes {{ {LIST_FIELDS} }} }} }}"
    return Query("list, never seen", text, "")
