"""Values as nobody should send them, among such as anybody might."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    StringValueNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from schema.identifiers import encoded
from tests.fuzzing.mending import Ids, kind_of

KINDS = (
    *("Account", "ApprovalRequest", "AuditEntry", "ChangeEvent", "Export", "File", "HistoryMember", "Member"),
    *("Organization", "Partner", "SavedQuery", "ValidationResult", "Nothing"),
)
NUMBERS = st.one_of(st.integers(0, 2_500), st.sampled_from([2**31, 2**53, 2**63 - 1, 2**63, 10**30]))
IDS = st.one_of(
    st.builds(encoded, st.sampled_from(KINDS), NUMBERS).map(str),
    st.text(max_size=8),
    st.sampled_from(["", "TWVtYmVyOg==", "TWVtYmVyOi0x", "\0", "=" * 9]),
)
DATES = st.one_of(
    st.dates().map(str), st.sampled_from(["0001-01-01", "9999-12-31", "0000-00-00", "2023-02-29", "1e9", "١٩٩٠-٠١-٠١"])
)
MOMENTS = st.one_of(
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2020-01-01T24:00:00Z", "2020-01-01"]),
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *("", "\0", "a\0b", "%", "_", "\\", "'", '"', "';--", "%s", "{0}", "$1", "\u202e", "\ud800", "\ufffe", "ﷺ"),
            *("王", "370102199001011234", "13800000000", "王" * 201, "x" * 10_001),
        ]
    ),
)
INTEGERS = st.one_of(st.integers(-3, 30), st.sampled_from([2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63, 10**400]))


def _deep(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


WRONG = st.one_of(
    st.none(),
    st.booleans(),
    TEXTS,
    INTEGERS,
    st.sampled_from(
        [1.5, 1e308, -0.0, float("nan"), float("inf"), [], {}, [[]], {"": {}}, {"__proto__": 1}, _deep(300)]
    ),
    st.lists(TEXTS, max_size=2),
)
_MOST_DEPTH = 4

SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Int": INTEGERS,
    "Float": st.one_of(st.floats(), INTEGERS),
    "Boolean": st.booleans(),
    "String": TEXTS,
    "ID": IDS,
    "Date": DATES,
    "DateTime": MOMENTS,
    "BigInt": INTEGERS,
    "JSON": WRONG,
    "Upload": st.none(),
}
"""For variables."""


def _literal(text: str) -> StringValueNode:
    return nodes.String(text)


_WRITTEN = st.characters(codec="utf-8")
LITERALS: Any = {
    "ID": IDS.filter(lambda text: text.isprintable()).map(_literal),
    "Date": DATES.map(_literal),
    "DateTime": MOMENTS.map(_literal),
    "BigInt": st.integers(0, 2**53).map(nodes.Int),
    "JSON": st.text(_WRITTEN, max_size=5).map(_literal),
    "Upload": st.just(nodes.Null),
}
"""For documents."""


def variables_of(data: st.DataObject, name_of_field: str, field: Any, ids: Ids) -> dict[str, Any]:
    """For each argument; half of the time as it should be, but for what the types cannot tell."""
    wrong = data.draw(st.sampled_from([0, 0, 0, 1, 4]))
    maker = _Maker(data, ids, wrong, name_of_field)
    return {
        name: maker.value(name, argument.type)
        for name, argument in field.args.items()
        if wrong or name not in ("last", "before", "after")
    }


@dataclass(frozen=True)
class _Maker:
    """`wrong`: how many values of ten are others than their types want, by way of JSON."""

    data: st.DataObject
    ids: Ids
    wrong: int
    field: str

    def value(self, name: str, kind: Any, depth: int = 0) -> Any:
        if self.wrong and self.data.draw(st.integers(0, 9)) < self.wrong:
            return self.data.draw(WRONG)
        if isinstance(kind, GraphQLNonNull):
            return self.value(name, kind.of_type, depth)
        if isinstance(kind, GraphQLList):
            return [self.value(name, kind.of_type, depth + 1) for _ in range(self._length())]
        if isinstance(kind, GraphQLEnumType):
            return self.data.draw(st.sampled_from(sorted(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, depth)
        return self.data.draw(self._scalar(name, kind.name))

    def _length(self) -> int:
        return self.data.draw(st.sampled_from([0, 1, 1, 2, 5_001] if self.wrong else [0, 1, 1, 2]))

    def _scalar(self, name: str, kind: str) -> st.SearchStrategy[Any]:
        ids = self.ids.get(kind_of(name, self.field) or "")
        if ids and kind == "ID":
            return st.sampled_from(ids)
        if name == "first":
            return st.integers(1, 5)
        return SCALARS[kind]

    def _object(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        required = [name for name, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)]
        most = 2 if depth < _MOST_DEPTH else 0
        others = self.data.draw(st.lists(st.sampled_from(sorted(kind.fields)), max_size=most, unique=True))
        names = dict.fromkeys([*required, *others])
        return {name: self.value(name, kind.fields[name].type, depth + 1) for name in names}


def document_of(operation: str, name: str, field: Any, depth: int = 2) -> str:
    """Asks for all that is no object, so deep, with a variable for each argument."""
    declared = ", ".join(f"${argument}: {each.type}" for argument, each in field.args.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    head = f"{operation} ({declared})" if declared else operation
    return f"{head} {{ {name}{f'({given})' if given else ''}{selection_of(field.type, depth)} }}"


def selection_of(kind: Any, depth: int) -> str:
    named = get_named_type(kind)
    if not is_composite_type(named):
        return ""
    fields = getattr(named, "fields", {})
    parts = ["__typename"]
    for name, field in fields.items():
        if not any(isinstance(each.type, GraphQLNonNull) for each in field.args.values()):
            inner = get_named_type(field.type)
            if is_leaf_type(inner):
                parts.append(name)
            elif depth > 0:
                parts.append(f"{name}{selection_of(field.type, depth - 1)}")
    return " { " + " ".join(parts) + " }"
