"""Random documents are mostly refused for an id of nothing, or a page in both directions: these are mended."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    IntValueNode,
    ListValueNode,
    ObjectFieldNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st

Ids = Mapping[str, Sequence[str]]
"""Type → ids of its records, those within the caller's scope."""

_OTHER_DIRECTIONS = {"last", "before", "after"}
_ORGANIZATIONS = {"organizationId", "organization", "branchId", "within", "targetBranchId"}
_PAGE = 3


def kind_of(name: str, field: str, ids: Ids) -> str | None:
    """The type of the records that an argument of that name means; None when it means none."""
    if name in _ORGANIZATIONS:
        return "Organization"
    if name == "memberId":
        return "Member"
    if name not in ("id", "ids"):
        return None
    found = [kind for kind in ids if kind.lower() in field.lower()]
    return found[0] if found else "Member"


def mended(document: str, ids: Ids, data: st.DataObject) -> str:
    return print_ast(visit(parse(document), _Mending(ids, data)))


class _Mending(Visitor):
    def __init__(self, ids: Ids, data: st.DataObject) -> None:
        super().__init__()
        self._ids, self._data, self._field = ids, data, ""

    def enter_field(self, node: Any, *_: Any) -> None:
        self._field = node.name.value

    def enter_argument(self, node: Any, *_: Any) -> Any:
        name = node.name.value
        if name in _OTHER_DIRECTIONS:
            return REMOVE
        if name == "first":
            return ArgumentNode(name=node.name, value=IntValueNode(value=str(_PAGE)))
        return self._with_an_id(node, ArgumentNode)

    def enter_object_field(self, node: Any, *_: Any) -> Any:
        return self._with_an_id(node, ObjectFieldNode)

    def _with_an_id(self, node: Any, kind_of_node: Any) -> Any:
        kind = kind_of(node.name.value, self._field, self._ids)
        if kind is None or not self._ids.get(kind):
            return None
        value = StringValueNode(value=self._data.draw(st.sampled_from(self._ids[kind])))
        if isinstance(node.value, StringValueNode):
            return kind_of_node(name=node.name, value=value)
        if isinstance(node.value, ListValueNode):
            return kind_of_node(name=node.name, value=ListValueNode(values=(value,)))
        return None
