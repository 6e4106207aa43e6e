"""Limits of documents: each passes just below, and is refused just above with a clear error that names the number."""

from typing import Any

import pytest

from domain.records import OrganizationRecord
from server.operations.limits.bounds import DocumentBounds, Limits
from tests.asking import Api, Caller

MEMBERS = "query ($where: MemberFilter) { members(where: $where, first: 1) { nodes { id } } }"


def bounded(api: Api, **bounds: int) -> Api:
    """The same application with other limits."""
    return Api(api.database, api.matrix, api.clock, api.key, limits=Limits(DocumentBounds(**bounds)))


def spread(fields: str) -> str:
    return f"{{ ...Root }} fragment Root on Query {{ {fields} }}"


CASES: list[tuple[str, int, str, str, str, int | None]] = [
    # bound, number, what passes, what does not, code, what is found
    ("characters", 30, "{ viewer { role } }".ljust(30), "{ viewer { role } }".ljust(31), "DOCUMENT_TOO_LONG", 31),
    ("tokens", 7, "{ viewer { role tier } }", "{ viewer { role tier role } }", "TOO_MANY_TOKENS", None),
    ("tokens", 6, "#\n" * 6 + "{ viewer { role } }", "#\n" * 7 + "{ viewer { role } }", "TOO_MANY_TOKENS", None),
    (
        "definitions",
        2,
        spread("viewer { role }"),
        f"{spread('...A')} fragment A on Query {{ viewer {{ role }} }}",
        "TOO_MANY_DEFINITIONS",
        3,
    ),
    (
        "selections",
        4,
        spread("viewer { role }").replace("...Root", "...Root __typename"),
        spread("viewer { role } __typename").replace("...Root", "...Root __typename"),
        "TOO_MANY_SELECTIONS",
        5,
    ),
    (
        "depth",
        3,
        "{ viewer { organization { name } } }",
        "{ viewer { organization { parent { name } } } }",
        "TOO_DEEP",
        4,
    ),
    (
        "depth",
        3,
        spread("... { viewer { organization { name } } }"),
        spread("viewer { organization { parent { name } } }"),
        "TOO_DEEP",
        4,
    ),
    ("aliases", 2, "{ a: viewer { b: role } }", "{ a: viewer { b: role c: role } }", "TOO_MANY_ALIASES", 3),
    ("aliases", 2, spread("a: viewer { b: role }"), spread("a: viewer { b: role c: role }"), "TOO_MANY_ALIASES", 3),
    (
        "root_fields",
        2,
        "{ a: viewer { role } b: viewer { role tier } }",
        "{ a: viewer { role } viewer { role } __typename }",
        "TOO_MANY_ROOT_FIELDS",
        3,
    ),
    (
        "root_fields",
        2,
        spread("viewer { role } __typename"),
        spread("viewer { role } ... { __typename a: __typename }"),
        "TOO_MANY_ROOT_FIELDS",
        3,
    ),
    (
        "directives",
        2,
        "{ viewer @skip(if: false) { role @include(if: true) } }",
        "{ ... @include(if: true) { viewer @skip(if: false) { role @include(if: true) } } }",
        "TOO_MANY_DIRECTIVES",
        3,
    ),
    (
        "list_items",
        2,
        "{ members(first: 1, where: {ethnicity: {multi: [HAN, HUI]}}) { nodes { id } } }",
        "{ members(first: 1, where: {or: [{ethnicity: {multi: [HAN, HUI]}}]}) { nodes { id } } }",
        "TOO_MANY_LIST_ITEMS",
        3,
    ),
]


@pytest.mark.parametrize(("bound", "number", "below", "above", "code", "found"), CASES)
async def test_a_document_passes_below_a_limit_and_is_refused_above(
    api: Api, county: OrganizationRecord, bound: str, number: int, below: str, above: str, code: str, found: int | None
) -> None:
    caller = bounded(api, **{bound: number}).as_(county)
    await caller.ask(below)
    response = await caller.post(above)
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert "data" not in response.json()
    assert error["extensions"] == {"code": code, "limit": number} | ({} if found is None else {"found": found})
    assert str(number) in error["message"]
    assert found is None or str(found) in error["message"]


async def test_limits_hold_in_chinese_too(api: Api, county: OrganizationRecord) -> None:
    caller = bounded(api, depth=1).as_(county)
    caller.language = "zh"
    error = await caller.refused("{ viewer { role } }")
    assert error["message"] == "查询嵌套 2 层，最多 1 层。请分几次查询。"


async def test_the_lists_of_variables_hold_so_many_items_together(api: Api, county: OrganizationRecord) -> None:
    caller = bounded(api, list_items=3).as_(county)
    codes: list[str] = ["HAN", "HUI", "MAN"]
    await caller.ask(MEMBERS, {"where": {"ethnicity": {"multi": codes}}})
    error = await caller.refused(MEMBERS, {"where": {"or": [{"ethnicity": {"multi": codes}}]}})
    assert error["extensions"] == {"code": "TOO_MANY_LIST_ITEMS", "found": 4, "limit": 3}


async def test_another_operation_of_the_document_is_held_to_the_limits_too(
    api: Api, county: OrganizationRecord
) -> None:
    query = "query A { viewer { role } } query B { viewer { organization { name } } }"
    assert (await _named(bounded(api, depth=3).as_(county), query, "A"))["data"] == {
        "viewer": {"role": "ADMINISTRATOR"}
    }
    refusal = await _named(bounded(api, depth=2).as_(county), query, "A")
    assert refusal["errors"][0]["extensions"]["code"] == "TOO_DEEP"


async def _named(caller: Caller, query: str, name: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {caller.token}"}
    body = {"query": query, "operationName": name}
    found: dict[str, Any] = (await caller.api.http.post("/graphql", json=body, headers=headers)).json()
    return found


@pytest.mark.parametrize(
    ("beginning", "nested"), [("", "{a"), ("", "{..."), ("{a(b:", "["), ("{a(b:", "{c:"), ("query($a:", "[")]
)
async def test_what_nobody_counts_is_too_deep(
    api: Api, county: OrganizationRecord, beginning: str, nested: str
) -> None:
    error = await api.as_(county).refused(beginning + nested * 1_500)
    assert error["extensions"] == {"code": "TOO_DEEP", "limit": 20}


async def test_fields_of_one_name_are_compared_so_often(api: Api, county: OrganizationRecord) -> None:
    """Each with each other, at two points a pair."""
    caller = api.as_(county)
    await caller.ask("{ viewer { " + "role " * 707 + "} }")
    error = await caller.refused("{ viewer { " + "role " * 708 + "} }")
    assert error["extensions"] == {"code": "TOO_MUCH_TO_COMPARE", "limit": 500_000}


@pytest.mark.parametrize(
    "cycle",
    [
        "fragment A on Viewer { role ...A }",
        "fragment A on Viewer { role ...B } fragment B on Viewer { tier organization { parent { ...C } } } "
        "fragment C on Organization { ... { children { nodes { ...C } } } }",
    ],
)
async def test_a_cycle_of_fragments_is_named(api: Api, county: OrganizationRecord, cycle: str) -> None:
    error = await api.as_(county).refused("{ viewer { ...A } } " + cycle)
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "Cannot spread fragment" in error["message"]


async def test_a_cycle_behind_a_fragment_of_the_same_name_is_no_way_in(api: Api, county: OrganizationRecord) -> None:
    for second in ("{ ...A }", "{ ...A nothing }"):
        for first in ("{ role }", "{ ...A }"):
            document = f"{{ viewer {{ ...A }} }} fragment A on Viewer {first} fragment A on Viewer {second}"
            assert (await api.as_(county).refused(document))["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_fragments_that_multiply_are_counted_and_not_walked(api: Api, county: OrganizationRecord) -> None:
    """Each level asks twice for the one below: 2^90 fields."""
    levels = " ".join(f"fragment F{n} on Organization {{ a: id ...A{n} ...B{n} }}" for n in range(40))
    both = " ".join(f"fragment {side}{n} on Organization {{ ...F{n + 1} }}" for n in range(40) for side in "AB")
    caller = bounded(api, definitions=200).as_(county)
    last = "fragment F40 on Organization { name }"
    error = await caller.refused(f"{{ viewer {{ organization {{ ...F0 }} }} }} {levels} {both} {last}")
    assert error["extensions"] == {"code": "TOO_MANY_SELECTIONS", "found": 2_000_000, "limit": 2_000}


async def test_a_body_may_be_as_large_as_the_limit(api: Api, county: OrganizationRecord) -> None:
    body = b'{"query": "{ viewer { role } }"}'
    headers = {"Authorization": f"Bearer {api.as_(county).token}", "Content-Type": "application/json"}
    for size, status in ((2_097_152, 200), (2_097_153, 413)):
        response = await api.http.post("/graphql", content=body.ljust(size), headers=headers)
        assert response.status_code == status
    assert "2097152" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("count", [1, 2])
async def test_a_batch_is_refused_as_such(api: Api, county: OrganizationRecord, count: int) -> None:
    headers = {"Authorization": f"Bearer {api.as_(county).token}", "Accept-Language": "en"}
    response = await api.http.post("/graphql", json=[{"query": "{ viewer { role } }"}] * count, headers=headers)
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["extensions"]["code"] == "BATCHING_NOT_SUPPORTED"
    assert f"an array of {count} operations" in error["message"]
