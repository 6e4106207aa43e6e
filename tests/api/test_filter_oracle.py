"""Random filters, in every nesting and as every kind of administrator, give exactly what plain Python finds."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.filtering import FieldKind, Operator
from domain.records import OrganizationRecord
from schema.filterable import FilterableField, filterable_fields
from schema.identifiers import encoded
from schema.types.member import Member
from schema.types.organization import Organization
from tests.asking import Api
from tests.oracle import Register

QUERY = """
query ($where: MemberFilter!) {
  members(where: $where, first: 10000) { totalCount nodes { id } }
}
"""
MEMBER_FIELDS = {field.input_name: field for field in filterable_fields(Member)}
ORGANIZATION_FIELDS = {field.input_name: field for field in filterable_fields(Organization)}
PERSONAL = {"identityNumber", "phone", "homeAddress"}
TEXTS = st.sampled_from(
    [
        "",
        "建",
        "国",
        "建国",
        "王",
        "李",
        "a",
        "1",
        "19",
        "370",
        "0531",
        "%",
        "_",
        "\\",
        "%国",
        "山东",
        "市",
        "街道",
        "支部",
    ]
)
PINYIN = st.sampled_from(["w", "wang", "Wang Jian", "zjg", "l", "li", "%", "", "zhang'w"])
DAYS = st.dates(date(1930, 1, 1), date(2027, 1, 1))


def pieces_of(values: list[str]) -> st.SearchStrategy[str]:
    """Whole values of the register, and pieces of them."""
    if not values:
        return TEXTS
    whole = st.sampled_from(values)
    piece = st.tuples(whole, st.integers(0, 8), st.integers(1, 6)).map(lambda cut: cut[0][cut[1] : cut[1] + cut[2]])
    return st.one_of(whole, piece, TEXTS)


def ranges(ends: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    both = st.tuples(ends, ends).map(lambda pair: {"from": min(pair), "to": max(pair)})
    return st.one_of(both, ends.map(lambda end: {"from": end}), ends.map(lambda end: {"to": end}), st.just({}))


def operands(field: FilterableField, operator: Operator, known: list[Any]) -> st.SearchStrategy[Any]:
    if operator is Operator.MISSING:
        return st.booleans()
    if operator is Operator.PINYIN:
        return PINYIN
    values: st.SearchStrategy[Any]
    match field.kind:
        case FieldKind.CODE:
            values = st.sampled_from([code.value for code in field.codes or ()])
        case FieldKind.DATE | FieldKind.MOMENT:
            exact = [value.isoformat() for value in known if type(value) is date]
            values = st.one_of(DAYS.map(date.isoformat), st.sampled_from(exact)) if exact else DAYS.map(date.isoformat)
        case FieldKind.NUMBER:
            values = st.integers(-1, 130)
        case FieldKind.FLAG:
            values = st.booleans()
        case FieldKind.REFERENCE:
            values = st.sampled_from([str(encoded(field.record, number)) for number in known])
        case _:
            values = pieces_of([value for value in known if value])
    if operator is Operator.RANGE:
        return ranges(values)
    return st.lists(values, max_size=4) if operator is Operator.MULTI else values


def conditions(fields: dict[str, FilterableField], known: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """One field with one to three of its methods."""
    return st.one_of([conditions_on(field, known[name]).map(_named(name)) for name, field in fields.items()])


def _named(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda filled: {name: filled}


def conditions_on(field: FilterableField, known: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    def filled(methods: list[Operator]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({method.value.lower(): operands(field, method, known) for method in methods})

    offered = [row.operator for row in field.operators]
    return st.lists(st.sampled_from(offered), unique=True, max_size=3).flatmap(filled)


def nested(leaves: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def combine(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        several = st.lists(inner, max_size=3)
        return st.one_of(
            st.builds(lambda a, b: {**a, "and": b}, inner, several),
            st.builds(lambda a, b: {**a, "or": b}, inner, several),
            st.builds(lambda a, b: {**a, "not": b}, inner, inner),
        )

    return st.recursive(leaves, combine, max_leaves=6)


class Pools:
    """What there is to look for in a register."""

    def __init__(self, register: Register) -> None:
        organizations = list(register.organizations.values())
        sample = register.members[::7]
        self.member = {name: [self._value(member, field) for member in sample] for name, field in MEMBER_FIELDS.items()}
        self.organization = {
            name: [getattr(organization, field.name) for organization in organizations[::5]]
            for name, field in ORGANIZATION_FIELDS.items()
        }

    @staticmethod
    def _value(member: Any, field: FilterableField) -> Any:
        return None if field.name == "age" else getattr(member, field.name)

    def filters(self, scope_ids: list[int], hidden: set[str]) -> st.SearchStrategy[dict[str, Any]]:
        within = st.sampled_from([str(encoded("Organization", number)) for number in scope_ids])
        organization = nested(
            st.one_of(conditions(ORGANIZATION_FIELDS, self.organization), within.map(lambda i: {"within": i}))
        )
        fields = {name: field for name, field in MEMBER_FIELDS.items() if name not in hidden}
        leaves = st.one_of(
            conditions(fields, self.member),
            within.map(lambda identifier: {"within": identifier}),
            organization.map(lambda inner: {"branch": inner}),
            st.just({}),
        )
        return nested(leaves)


def ids_in(scope: OrganizationRecord, register: Register) -> list[int]:
    return [
        number for number, organization in register.organizations.items() if organization.path.startswith(scope.path)
    ]


@pytest.fixture(scope="session")
def pools(register: Register) -> Pools:
    return Pools(register)


@pytest.mark.parametrize("who", ["province_committee", "county", "approving_committee", "branch"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_random_filters_find_what_plain_python_finds(
    data: st.DataObject, who: str, request: pytest.FixtureRequest, api: Api, register: Register, pools: Pools
) -> None:
    scope: OrganizationRecord = request.getfixturevalue(who)
    reachable = ids_in(scope, register)
    hidden = set() if who in ("province_committee", "county") else PERSONAL
    where = data.draw(pools.filters(reachable, hidden))
    ids = {str(encoded("Organization", number)): number for number in reachable}

    with pytest.MonkeyPatch.context() as patched:
        if data.draw(st.booleans(), label="found by the indexes, not near the start"):
            patched.setattr("storage.filtered_pages._NEAR", 1)
            patched.setattr("storage.filtered_pages._NEAR_FOR_EACH", 0)
        members = (await api.as_(scope).ask(QUERY, {"where": where}))["members"]

    expected = [str(encoded("Member", number)) for number in register.matching(scope, where, ids)]
    assert [node["id"] for node in members["nodes"]] == expected
    assert members["totalCount"] == len(expected)


@pytest.mark.parametrize("method", ["exact", "multi"])
async def test_members_are_found_by_the_ids_of_their_branches(
    method: str, api: Api, register: Register, county: OrganizationRecord
) -> None:
    branch = register.organizations[register.members_in(county)[0].branch_id]
    identifier = str(encoded("Organization", branch.id))
    where = {"branch": {"id": {method: identifier if method == "exact" else [identifier]}}}
    found = (await api.as_(county).ask(QUERY, {"where": where}))["members"]["nodes"]
    expected = [str(encoded("Member", number)) for number in register.matching(county, where, {})]
    assert expected
    assert [node["id"] for node in found] == expected


def test_every_operator_has_a_reading_in_the_oracle(register: Register) -> None:
    """A method that is new to the table must be made known to the oracle, or this fails."""
    samples = {Operator.PINYIN: "w", Operator.MISSING: True, Operator.MULTI: ["王"], Operator.RANGE: {"from": "1"}}
    member = register.members[0]
    for operator in Operator:
        where = {"name": {operator.value.lower(): samples.get(operator, "王")}}
        assert register.member_satisfies(member, where, {}) in (True, False)
