import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from server.operations.inner_variables import inner_variables

FOLLOW = "subscription ($after: String, $n: Int, $all: Boolean!) { changes(after: $after) %s { type %s } }"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (FOLLOW % ("", ""), set()),
        (FOLLOW % ("", "member { branch { members(first: $n) { totalCount } } }"), {"n"}),
        (FOLLOW % ("", "member @include(if: $all) { id }"), {"all"}),
        (FOLLOW % ("@include(if: $all)", ""), {"all"}),
        (FOLLOW % ("", "... on Change { member @skip(if: $all) { id } }"), {"all"}),
        (FOLLOW % ("", "...Told") + " fragment Told on Change { branch { members(first: $n) { totalCount } } }", {"n"}),
        ("subscription ($after: String) { ...Root } fragment Root on S { changes(after: $after) { id } }", {"after"}),
        ("subscription ($after: String) { ... on S { changes(after: $after) { id } } }", {"after"}),
    ],
)
def test_it_is_told_which_variables_count_below_the_root(query: str, expected: set[str]) -> None:
    operation, *fragments = parse(query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    by_name = {each.name.value: each for each in fragments if isinstance(each, FragmentDefinitionNode)}
    assert inner_variables(operation, by_name) == expected
