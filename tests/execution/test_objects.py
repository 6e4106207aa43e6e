"""Objects, and the dicts that are made of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from graphql import GraphQLResolveInfo, parse
from graphql.pyutils import Path

from execution import Attribute, CompiledExecutor, OfContext, OfSource, no_shortcuts, records
from tests.execution.both import Asked, messages, schema_with

SDL = """
interface Named { name: String }
type Query implements Named { name: String me: Query must: Query! list: [Query!]! named: Named number: Int path: String class: Int }
type Typed { name: String query: Query }
"""
SCHEMA = schema_with(SDL)


@pytest.fixture(params=[0, 10**9], ids=["generated", "not generated"])
def worth_generating(request: pytest.FixtureRequest) -> Iterator[None]:
    with patch.object(records, "_WORTH_GENERATING", request.param):
        yield


class Endless:
    name = "x"

    @property
    def me(self) -> "Endless":
        return self

    @property
    def must(self) -> "Endless":
        return self

    @property
    def list(self) -> "list[Endless]":
        return [self]


def nested(field: str, levels: int, innermost: str = "name") -> str:
    return f"{{ {f'{field} {{ ' * levels}{innermost}{' }' * levels} }}"


# -- depth


@pytest.mark.usefixtures("worth_generating")
@pytest.mark.parametrize("field", ["me", "must", "list"])
@pytest.mark.parametrize("levels", [9, 10, 11, 12, 60])
async def test_a_deep_document_has_its_answer(field: str, levels: int) -> None:
    await Asked(SCHEMA).on_both(nested(field, levels), Endless())
    await Asked(SCHEMA, no_shortcuts).on_both(nested(field, levels), Endless())


@pytest.mark.usefixtures("worth_generating")
@pytest.mark.parametrize("field", ["me", "must", "list"])
async def test_what_can_be_parsed_can_be_answered(field: str) -> None:
    """graphql-core, which calls itself for each level, gives up sooner."""
    levels = 180
    for find_shortcut in (Asked(SCHEMA).find_shortcut, no_shortcuts):
        answer = await Asked(SCHEMA, find_shortcut).compiled(nested(field, levels), Endless())
        assert "errors" not in answer
        found = answer["data"]
        for _ in range(levels):
            found = found[field][0] if field == "list" else found[field]
        assert found == {"name": "x"}


async def test_an_error_in_the_depth_is_told_its_place() -> None:
    answer = await Asked(SCHEMA).compiled(nested("list", 150, "number"), Broken(150))
    ((message, path),) = messages(answer)
    assert message == "Int cannot represent non-integer value: 'no number'"
    assert path == [*["list", 0] * 150, "number"]


@dataclass
class Broken:
    levels: int

    @property
    def list(self) -> "list[Broken]":
        return [Broken(self.levels - 1)]

    number = "no number"


@pytest.mark.parametrize("document", ["{ ...F0 }", "{ name me { ...F0 } }"])
async def test_a_chain_of_fragments_that_is_too_long_is_an_error(document: str) -> None:
    """In graphql-core's words; below a field they are Python's, which differ with where it gives up."""
    chain = " ".join(f"fragment F{number} on Query {{ ...F{number + 1} }}" for number in range(1_500))
    text = f"{document} {chain} fragment F1500 on Query {{ name }}"
    expected, found = await Asked(SCHEMA).on_core(text, Endless()), await Asked(SCHEMA).compiled(text, Endless())
    assert found["data"] == expected["data"]
    assert [(path, words[:20]) for words, path in messages(found)] == [
        (path, words[:20]) for words, path in messages(expected)
    ]


# -- one object in several places


class Shared:
    def __init__(self, name: Any) -> None:
        self.name = name
        self.me: Any = None


@pytest.mark.usefixtures("worth_generating")
async def test_an_object_that_stands_beside_many_is_the_same_everywhere() -> None:
    beside = Shared("beside")
    objects = [Shared(str(number)) for number in range(5)]
    for one in objects[:4]:
        one.me = beside
    answer = await Asked(SCHEMA).on_both("{ list { name me { name } } }", {"list": objects})
    assert [one["me"] for one in answer["data"]["list"]] == [*[{"name": "beside"}] * 4, None]


@pytest.mark.usefixtures("worth_generating")
async def test_objects_that_are_made_as_they_are_asked_for_are_not_taken_for_each_other() -> None:
    """Each may get the id of one that is gone."""

    class Making:
        def __init__(self, number: int) -> None:
            self.number = number

        @property
        def me(self) -> "Making":
            return Making(self.number + 1)

    answer = await Asked(SCHEMA).on_both(
        "{ list { number me { number me { number } } } }", {"list": [Making(number) for number in range(50)]}
    )
    assert [one["me"]["me"]["number"] for one in answer["data"]["list"]] == [number + 2 for number in range(50)]


@pytest.mark.usefixtures("worth_generating")
async def test_one_bad_object_among_many_does_not_touch_the_others() -> None:
    bad, good = Shared(object()), Shared("good")
    objects = [Shared("a"), Shared("b"), Shared("c")]
    for one, beside in zip(objects, (good, bad, good), strict=True):
        one.me = beside
    answer = await Asked(SCHEMA).on_both("{ list { name me { name } } }", {"list": objects})
    assert [one["me"]["name"] for one in answer["data"]["list"]] == ["good", None, "good"]
    assert [path for _, path in messages(answer)] == [["list", 1, "me", "name"]]


# -- ways of reading


@pytest.mark.usefixtures("worth_generating")
@pytest.mark.parametrize("name", ["class", "\N{LATIN SMALL LIGATURE FI}", "not a name", "__private"])
async def test_an_attribute_may_have_any_name(name: str) -> None:
    one = Shared("x")
    setattr(one, "fi", 8)  # noqa: B010 - what Python's parser makes of the ligature
    setattr(one, name, 7)
    asked = Asked(SCHEMA, lambda *_: Attribute(name))
    assert await asked.compiled("{ class }", one) == {"data": {"class": 7}}


@pytest.mark.usefixtures("worth_generating")
@pytest.mark.parametrize("find", [OfSource(lambda one: one.missing), OfContext(lambda _one, context: context.missing), Attribute("missing")])  # fmt: skip
async def test_the_resolver_is_asked_where_a_shortcut_fails(find: Any) -> None:
    asked = Asked(schema_with(SDL, Query_number=lambda *_: 8), lambda _parent, name, _field: find if name == "number" else None)  # fmt: skip
    assert await asked.compiled("{ number list { number } }", {"list": [1, 2]}) == {
        "data": {"number": 8, "list": [{"number": 8}, {"number": 8}]}
    }


async def test_methods_of_the_object_are_called_with_their_arguments() -> None:
    class Root:
        def name(self, info: GraphQLResolveInfo[Any]) -> str:
            return f"{info.field_name} of {info.parent_type}"

    assert await Asked(SCHEMA).on_both("{ name other: name }", Root()) == {
        "data": {"name": "name of Query", "other": "name of Query"}
    }


# -- what a resolver is told


def told(tell: Callable[[GraphQLResolveInfo[Any]], Any]) -> Asked:
    return Asked(schema_with(SDL, Query_path=lambda _source, info: str(tell(info))))


@pytest.mark.parametrize(
    "tell",
    [
        lambda info: info.path.as_list(),
        lambda info: info.path,
        lambda info: info._replace(field_name="other").path.as_list(),
        lambda info: info._replace(path=Path(None, "x", "Query")).path.as_list(),
        lambda info: (info.field_name, len(info.field_nodes), info.return_type, info.parent_type, info.root_value),
        lambda info: (info.operation.name, sorted(info.fragments), info.variable_values.coerced, info.context),
    ],
)
async def test_infos_are_equal(tell: Callable[[GraphQLResolveInfo[Any]], Any]) -> None:
    document = "query Q($x: Boolean = true) { list { a: path ...F me { path @include(if: $x) } } } fragment F on Query { a: path }"
    found = await told(tell).on_both(document, {"list": [{"me": {}}, {"me": None}]})
    assert found["data"]["list"][0]["a"]


async def test_an_info_may_be_kept_and_asked_later() -> None:
    kept: list[GraphQLResolveInfo[Any]] = []
    schema = schema_with(SDL, Query_path=lambda _source, info: kept.append(info))
    operation = CompiledExecutor(schema).compile(parse("{ list { path } }"))
    operation.execute({"list": [{}, {}]})
    operation.execute({"list": [{}]})
    assert [info.path.as_list() for info in kept] == [["list", 0, "path"], ["list", 1, "path"], ["list", 0, "path"]]
