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
"""Type → ids of its records, most of them within the caller's scope."""

_OTHER_DIRECTIONS = {"last", "before", "after"}
_PAGE = 3
_ARGUMENTS = {
    **dict.fromkeys(("organizationId", "organization", "branchId", "within", "targetBranchId"), "Organization"),
    "memberId": "Member",
    "partnerId": "Partner",
    **dict.fromkeys(("photoId", "attachmentIds", "addAttachmentIds"), "File"),
}
_FIELDS = (
    ("node", "Node"),
    ("saved", "SavedQuery"),
    *((word, "HistoryMember") for word in ("historymember", "restoremember", "purgemember")),
    ("account", "Account"),
    ("request", "ApprovalRequest"),
    ("partner", "Partner"),
    ("export", "Export"),
    ("organization", "Organization"),
    ("", "Member"),
)
"""What the name of a field holds → the type of whose records it is given an `id`; the first that fits."""


def kind_of(name: str, field: str) -> str | None:
    """The type of the records that an argument of that name means; None when it means none."""
    if name in ("id", "ids"):
        return next(kind for word, kind in _FIELDS if word in field.lower())
    return _ARGUMENTS.get(name)


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
        kind = kind_of(node.name.value, self._field)
        if kind is None or not self._ids.get(kind):
            return None
        value = StringValueNode(value=self._data.draw(st.sampled_from(self._ids[kind])))
        if isinstance(node.value, StringValueNode):
            return kind_of_node(name=node.name, value=value)
        if isinstance(node.value, ListValueNode):
            return kind_of_node(name=node.name, value=ListValueNode(values=(value,)))
        return None
