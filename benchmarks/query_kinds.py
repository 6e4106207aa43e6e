"""Every kind of query, as front ends and analysts ask it: its title and its document.

`$organization`, `$member` and `$after` are of whoever asks: the organisation, a member in the middle of its scope, and
the cursor of that member in the default order.
"""

from collections.abc import Mapping

from benchmarks.measuring import PAGE
from domain.codes import Role

_ROW = "nodes { id name gender birthDate joinedOn phone branch { name } }"


def _page(where: str, order: str = "") -> str:
    ordered = f", orderBy: {order}" if order else ""
    return f"{{ members(where: {where}, first: 50{ordered}) {{ {_ROW} }} }}"


def _count(where: str) -> str:
    return f"{{ members(where: {where}) {{ totalCount }} }}"


KINDS: Mapping[str, str] = {
    "who asks, and for whom": "{ viewer { role tier organization { name kind memberCount childCount } } }",
    "a member's whole record": """query ($member: ID!) { member(id: $member) {
      name identityNumber gender ethnicity birthDate age education category joinedOn formalOn workPosition phone
      homeAddress status lostContact floating floatingDirection realNameStatus version updatedAt
      branch { name ancestors { name } } photo attachments { name }
    } }""",
    "a page of 50": PAGE,
    "a page in the middle": f"query ($after: String) {{ members(first: 50, after: $after) {{ {_ROW} }} }}",
    "`totalCount` of the scope": "{ members { totalCount } }",
    "exact: 50 women": _page("{gender: {exact: FEMALE}}"),
    "exact, counted": _count("{gender: {exact: FEMALE}}"),
    "fuzzy: 50 names with 建国": _page('{name: {fuzzy: "建国"}}'),
    "fuzzy, counted": _count('{name: {fuzzy: "建国"}}'),
    "fuzzy: 50 addresses with 街252": _page('{homeAddress: {fuzzy: "街252"}}'),
    "prefix: 50 identity numbers from 3714": _page('{identityNumber: {prefix: "3714"}}'),
    "suffix: 50 phones to 1234": _page('{phone: {suffix: "1234"}}'),
    "pinyin: 50 names by wx": _page('{name: {pinyin: "wx"}}'),
    "multi: 50 of three educations": _page("{education: {multi: [DOCTORATE, MASTER, BACHELOR]}}"),
    "range: 50 born in the nineties": _page('{birthDate: {range: {from: "1990-01-01", to: "1999-12-31"}}}'),
    "missing: 50 without a phone": _page("{phone: {missing: true}}"),
    "a name that nobody has": _page('{name: {exact: "诸葛无此人"}}'),
    "four conditions with `or` and `not`": _page(
        '{gender: {exact: FEMALE}, or: [{birthDate: {range: {from: "1990-01-01"}}}, {name: {fuzzy: "建国"}}],'
        " not: {lostContact: {exact: true}}}"
    ),
    "four conditions, counted": _count(
        '{gender: {exact: FEMALE}, or: [{birthDate: {range: {from: "1990-01-01"}}}, {name: {fuzzy: "建国"}}],'
        " not: {lostContact: {exact: true}}}"
    ),
    "of branches with 街道 in their name": _page('{branch: {name: {fuzzy: "街道"}}}'),
    "ordered by name": _page("{}", "[{field: NAME}]"),
    "women, the oldest first": _page("{gender: {exact: FEMALE}}", "[{field: BIRTH_DATE}]"),
    "organisations below, with members": """{ viewer { organization { children(first: 20) { totalCount
      nodes { name memberCount members(first: 10) { nodes { name branch { name } } } }
    } } } }""",
    "50 organisations by name": '{ organizations(where: {name: {fuzzy: "支部"}}, first: 50) { nodes { name kind } } }',
    "50 who have left": "{ historyMembers(first: 50) { totalCount nodes { name kind } } }",
    "requests to decide": "{ approvalRequests(which: TO_DECIDE, first: 50) { totalCount nodes { kind memberName } } }",
    "statistics by one dimension": "{ memberStatistics(dimension: AGE_BAND) { total buckets { label count } } }",
    "statistics by two": "{ memberStatistics(dimension: EDUCATION, by: GENDER) { total cells { key byKey count } } }",
    "statistics of those who fit conditions": """{
      memberStatistics(dimension: GENDER, where: {name: {fuzzy: "建国"}}) { total buckets { label count } }
    }""",
    "registrations": "{ registrationStatistics { countedAt rows { organization { name } members registered rate } } }",
    "quality report": """query ($organization: ID!) { qualityReport(organizationId: $organization) {
      rows { organization { name } errors warnings hints } total { errors warnings hints }
    } }""",
    "special check": """query ($organization: ID!) { specialCheck(organizationId: $organization) {
      total { counts { rule { code } members } }
    } }""",
    "50 results of checks": "{ validationResults(first: 50) { nodes { rule { code } member { name } } } }",
    "100 changes": "{ changes(first: 100) { nodes { cursor type objectId changedFields } } }",
    "the query builder's fields": "{ memberQueryFields { path label kind methods options { value label } } }",
    "saved queries and exports": "{ savedQueries { nodes { name } } exports(first: 10) { nodes { state } } }",
}

OF_OTHERS: Mapping[str, tuple[Role, str]] = {
    "50 accounts (security officer)": (
        Role.SECURITY_OFFICER,
        "{ accounts(first: 50) { totalCount nodes { name role state organization { name } } } }",
    ),
    "50 entries of the audit log (auditor)": (
        Role.AUDITOR,
        "{ auditEntries(first: 50) { nodes { kind at actor operation } } }",
    ),
}
"""Of those who are no administrators."""
