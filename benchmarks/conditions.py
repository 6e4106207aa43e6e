"""Every single condition that the query builder offers, with values that are common, rare and absent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.asking import Asker

FIELDS = "{ memberQueryFields { path kind methods isSortable options { value } } }"
_SAMPLE = 1000


@dataclass(frozen=True)
class Case:
    """A `where` and an order; `kind` is what its figure is reported under."""

    kind: str
    name: str
    where: dict[str, Any] = field(default_factory=dict)
    order: list[dict[str, str]] = field(default_factory=list)


@dataclass
class QueryField:
    path: list[str]
    kind: str
    methods: list[str]
    options: list[str]
    sortable: bool
    known: list[Any]

    def where(self, method: str, operand: Any) -> dict[str, Any]:
        condition = operand if self.kind == "LIST" else {method.lower(): operand}
        for name in reversed(self.path):
            condition = {name: condition}
        return {**condition}

    def values(self) -> list[Any]:
        """The commonest, the rarest, and one that nobody has."""
        if self.options:
            return self.options
        if self.kind == "FLAG":
            return [True, False]
        counts = Counter(value for value in self.known if value is not None).most_common()
        common = [counts[0][0], counts[-1][0]] if counts else []
        return [*common, *_ABSENT.get(self.kind, [])]


_ABSENT: dict[str, list[Any]] = {"TEXT": ["龘靐"], "NAME": ["龘靐"], "DATE": ["1890-05-05"], "NUMBER": [140]}


async def query_fields(asker: Asker) -> list[QueryField]:
    described = (await asker.ask(FIELDS))["memberQueryFields"]
    paths = [row["path"] for row in described if row["kind"] not in ("FILE", "REFERENCE", "LIST")]
    selection = " ".join(_selection(path) for path in paths)
    sample = await asker.ask(
        f"{{ members(first: {_SAMPLE}, orderBy: [{{field: BIRTH_DATE}}]) {{ nodes {{ {selection} }} }} }}"
    )
    return [
        QueryField(
            row["path"],
            row["kind"],
            row["methods"],
            [option["value"] for option in row["options"]],
            row["isSortable"],
            [_at(node, row["path"]) for node in sample["members"]["nodes"]] if row["path"] in paths else [],
        )
        for row in described
    ]


def _selection(path: list[str]) -> str:
    return path[0] if len(path) == 1 else f"{path[0]} {{ {_selection(path[1:])} }}"


def _at(node: Any, path: list[str]) -> Any:
    for name in path:
        node = None if node is None else node[name]
    return node


def single_conditions(fields: list[QueryField]) -> Iterator[Case]:
    for each in fields:
        for method in each.methods:
            for operand in _operands(each, method):
                name = f"{'.'.join(each.path)} {method.lower()} {operand}"
                yield Case(method, name, each.where(method, operand))


def _operands(each: QueryField, method: str) -> Iterator[Any]:
    values = each.values()
    match method:
        case "MISSING":
            yield from (True, False)
        case "PINYIN":
            yield from ("w", "wang", "wjg", "zhangwei", "qqqq")
        case "RANGE":
            yield from (_range(each.kind, value) for value in values)
        case "MULTI":
            yield values[:3]
            yield values[-1:]
        case "FUZZY" | "PREFIX" | "SUFFIX":
            yield from _pieces(method, values)
        case _:
            yield from values


def _range(kind: str, value: Any) -> dict[str, Any]:
    if kind == "NUMBER":
        return {"from": value, "to": value + 2}
    first = value[:10].replace("-02-29", "-02-28")
    return {"from": first, "to": f"{int(first[:4]) + 1}{first[4:]}"}


def _pieces(method: str, values: list[str]) -> Iterator[str]:
    for value in values:
        for size in (1, 2, 4):
            middle = max(0, (len(value) - size) // 2)
            yield {"PREFIX": value[:size], "SUFFIX": value[-size:]}.get(method, value[middle : middle + size])


def orders(fields: list[QueryField], rare: dict[str, Any]) -> Iterator[Case]:
    """Each order both ways, of everybody and of the few whom a rare condition leaves."""
    names = [_upper(each.path[0]) for each in fields if each.sortable and len(each.path) == 1]
    for name in names:
        for direction in ("ASC", "DESC"):
            order = [{"field": name, "direction": direction}]
            yield Case("ORDER", f"{name} {direction}", {}, order)
            yield Case("RARE CONDITION, ORDER", f"{rare}, {name} {direction}", rare, order)
        yield Case("TWO ORDERS", f"{name}, NAME", {}, [{"field": name}, {"field": "NAME", "direction": "DESC"}])


def _upper(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()
