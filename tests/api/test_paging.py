"""Keyset pages, in both directions and in every order, are the list itself cut into pieces."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from domain.codes import (
    CodeList,
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    OrganizationKind,
    RealNameStatus,
    WorkPosition,
)
from domain.pinyin import full_pinyin
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded, number_of
from schema.traits import record_name, traits_of
from schema.types.member import Member
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.oracle import Register
from tests.reading import read_register

PAGE = """
query ($order: [MemberOrder!], $where: MemberFilter, $first: Int, $after: String, $last: Int, $before: String) {
  members(orderBy: $order, where: $where, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
SOME = {"or": [{"gender": {"exact": "FEMALE"}}, {"education": {"missing": True}}]}
CODES: dict[str, type[CodeList]] = {
    "gender": Gender,
    "ethnicity": Ethnicity,
    "education": Education,
    "category": MemberCategory,
    "work_position": WorkPosition,
    "status": MembershipStatus,
    "floating_direction": FloatingDirection,
    "real_name_status": RealNameStatus,
}
SORTABLE = [
    record_name(field)
    for field in Member.__strawberry_definition__.fields  # type: ignore[attr-defined] # set by strawberry.type
    if (traits := traits_of(field)) is not None and traits.sortable
]


def sort_value(member: MemberRecord, field: str) -> Any:
    """What an order compares: codes by their place in the list, names by pinyin, organisations by the tree."""
    match field:
        case "name":
            return (full_pinyin(member.name), member.name.encode())
        case "branch":
            return member.org_path
        case "age":
            return None if member.birth_date is None else -member.birth_date.toordinal()
    value = getattr(member, field)
    if value is not None and field in CODES:
        return list(CODES[field]).index(CODES[field](value))  # type: ignore[call-arg] # looked up by value
    return value.encode() if isinstance(value, str) else value


def sorted_ids(members: list[MemberRecord], order: list[tuple[str, str]]) -> list[str]:
    """Python's stable sort, from the least important level up; missing values last when ascending."""
    last_key, last_direction = order[-1] if order else ("branch", "ASC")
    downward = (last_direction == "DESC") != (last_key == "age")
    ranked = sorted(members, key=lambda member: member.id, reverse=downward)
    for field, direction in reversed(order or [("branch", "ASC")]):
        present = [m for m in ranked if sort_value(m, field) is not None]
        missing = [m for m in ranked if sort_value(m, field) is None]
        present.sort(key=lambda m, field=field: sort_value(m, field), reverse=direction == "DESC")  # type: ignore[misc]
        ranked = missing + present if direction == "DESC" else present + missing
    return [str(encoded("Member", member.id)) for member in ranked]


async def pages(
    caller: Caller, order: list[dict[str, str]], size: int, *, backward: bool, where: dict[str, Any] | None = None
) -> list[list[str]]:
    """All pages as they were walked, each checked against what it says of itself."""
    found: list[list[str]] = []
    cursor = None
    while True:
        arguments = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        page = (await caller.ask(PAGE, {"order": order, "where": where, **arguments}))["members"]
        found.append([edge["node"]["id"] for edge in page["edges"]])
        info = page["pageInfo"]
        assert info["startCursor"] == (page["edges"][0]["cursor"] if page["edges"] else None)
        assert info["endCursor"] == (page["edges"][-1]["cursor"] if page["edges"] else None)
        assert info["hasPreviousPage" if not backward else "hasNextPage"] is (cursor is not None)
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        cursor = info["startCursor"] if backward else info["endCursor"]


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", SORTABLE)
async def test_pages_by_each_field_are_the_sorted_list(
    api: Api, register: Register, county: OrganizationRecord, field: str, direction: str
) -> None:
    expected = sorted_ids(register.members_in(county), [(field, direction)])
    assert len(expected) > 5
    caller, order = api.as_(county), [{"field": field.upper(), "direction": direction}]
    size = max(2, len(expected) // 4)
    forward = await pages(caller, order, size, backward=False)
    assert [identifier for page in forward for identifier in page] == expected
    walked_back = await pages(caller, order, size, backward=True)
    assert [identifier for page in reversed(walked_back) for identifier in page] == expected


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.tuples(st.sampled_from(SORTABLE), st.sampled_from(["ASC", "DESC"])), max_size=3),
    size=st.integers(3, 60),
    backward=st.booleans(),
)
async def test_pages_by_several_fields_are_the_sorted_list(
    api: Api, register: Register, county: OrganizationRecord, order: list[tuple[str, str]], size: int, backward: bool
) -> None:
    first_of_each = list(dict(reversed(order)).items())[::-1]
    distinct = sorted(first_of_each, key=order.index)
    expected = sorted_ids(register.members_in(county), distinct)
    written = [{"field": field.upper(), "direction": direction} for field, direction in order]
    found = await pages(api.as_(county), written, size, backward=backward)
    assert [identifier for page in (reversed(found) if backward else found) for identifier in page] == expected


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.tuples(st.sampled_from(SORTABLE), st.sampled_from(["ASC", "DESC"])), max_size=2),
    size=st.integers(3, 60),
    backward=st.booleans(),
    near=st.sampled_from([1, 2, 20, 5_000]),
)
async def test_pages_under_a_filter_are_the_sorted_list_wherever_its_rows_lie(
    api: Api, register: Register, county: OrganizationRecord, order: list[Any], size: int, backward: bool, near: int
) -> None:
    """However far the search near the start of the walk goes, and the search by the filter takes over."""
    satisfying = [m for m in register.members_in(county) if m.gender == "FEMALE" or m.education is None]
    expected = sorted_ids(satisfying, list(dict(order).items()))
    written = [{"field": field.upper(), "direction": direction} for field, direction in dict(order).items()]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("storage.filtered_pages._NEAR", near)
        patched.setattr("storage.filtered_pages._NEAR_FOR_EACH", 0)
        found = await pages(api.as_(county), written, size, backward=backward, where=SOME)
    assert [identifier for page in (reversed(found) if backward else found) for identifier in page] == expected


@pytest.mark.parametrize(("where", "near"), [(None, 5_000), (SOME, 5_000), (SOME, 1)])
async def test_both_cursors_cut_out_the_middle(
    api: Api, county: OrganizationRecord, where: dict[str, Any] | None, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.filtered_pages._NEAR", near)
    monkeypatch.setattr("storage.filtered_pages._NEAR_FOR_EACH", 0)
    caller = api.as_(county)
    for field in ("BIRTH_DATE", "NAME", "ETHNICITY"):
        order = [{"field": field, "direction": "DESC"}]
        edges = (await caller.ask(PAGE, {"order": order, "where": where, "first": 1000}))["members"]["edges"]
        bounds = {"after": edges[2]["cursor"], "before": edges[-3]["cursor"]}
        between = [edge["node"]["id"] for edge in edges[3:-3]]
        for size in ({"first": 1000}, {"last": 1000}):
            page = (await caller.ask(PAGE, {"order": order, "where": where, **bounds, **size}))["members"]
            assert [edge["node"]["id"] for edge in page["edges"]] == between


async def test_rows_that_come_and_go_while_paging_cause_no_duplicate_and_no_gap(
    own_province_url: str, api: Api
) -> None:
    database = connect(own_province_url, connections=2, audit_key=AUDIT_KEY)
    register = await read_register(database, api.clock().date())
    city = register.first_of_kind(OrganizationKind.CITY)
    before = {str(encoded("Member", member.id)) for member in register.members_in(city)}
    caller = Api(database, clock=api.clock).as_(city)
    engine = create_engine(own_province_url)
    seen: list[str] = []
    removed: set[str] = set()
    cursor = None
    for step in range(1000):
        order = [{"field": "EDUCATION"}, {"field": "BIRTH_DATE", "direction": "DESC"}]
        page = (await caller.ask(PAGE, {"order": order, "first": 10, "after": cursor}))["members"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        cursor = page["pageInfo"]["endCursor"]
        with engine.begin() as connection:
            connection.execute(_INSERT_A_COPY, {"scope": f"{city.path}%"})
            removed |= set(_remove_last_shown(connection, page["edges"], step))
    engine.dispose()
    await database.close()
    assert len(seen) == len(set(seen))
    assert before - removed <= set(seen)


_INSERT_A_COPY = text(
    "INSERT INTO members SELECT (m2).* FROM (SELECT jsonb_populate_record(m, jsonb_build_object('id', "
    "nextval(pg_get_serial_sequence('members', 'id')))) AS m2 FROM members m WHERE org_path LIKE :scope "
    "ORDER BY random() LIMIT 3) AS copies"
)


def _remove_last_shown(connection: Any, edges: list[dict[str, Any]], step: int) -> list[str]:
    """The very record that the next cursor stands on goes, every third time."""
    if step % 3 or not edges:
        return []
    number = number_of("Member", edges[-1]["node"]["id"])
    connection.execute(text("DELETE FROM files WHERE member_id = :id"), {"id": number})
    connection.execute(text("DELETE FROM members WHERE id = :id"), {"id": number})
    return [edges[-1]["node"]["id"]]


async def test_a_cursor_of_another_order_is_refused(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    page = (await caller.ask(PAGE, {"order": [{"field": "NAME"}], "first": 1}))["members"]
    variables = {"order": [{"field": "GENDER"}], "after": page["pageInfo"]["endCursor"]}
    error = await caller.refused(PAGE, variables)
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": ["after"]}
    assert "another order" in error["message"]


async def test_an_empty_page_has_no_cursors(api: Api, county: OrganizationRecord) -> None:
    page = (await api.as_(county).ask(PAGE, {"first": 0}))["members"]
    assert page["edges"] == []
    assert page["pageInfo"]["startCursor"] is None
    assert page["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_the_order_of_the_tree_can_be_asked_for(api: Api, county: OrganizationRecord, direction: str) -> None:
    query = "query ($order: [OrganizationOrder!]) { organizations(first: 500, orderBy: $order) { nodes { id } } }"
    ids = [
        node["id"]
        for variables in ({}, {"order": [{"field": "TREE", "direction": direction}]})
        for node in (await api.as_(county).ask(query, variables))["organizations"]["nodes"]
    ]
    usual, asked = ids[: len(ids) // 2], ids[len(ids) // 2 :]
    assert len(usual) > 3
    assert asked == (usual if direction == "ASC" else usual[::-1])
