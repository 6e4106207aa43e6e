"""Random valid documents over the torture schema: aliased, nested, full of fragments, conditions and variables."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_composite_type
from hypothesis import strategies as st

ARGUMENTS = {
    "echo": [
        "",
        "(x: 3)",
        "(x: $number)",
        "(s: $text, l: [1, $number])",
        '(s: "a", c: RED)',
        "(c: $color)",
        "(x: null, l: 4)",
    ],
    "echoRequired": ["(x: 3)", "(x: $number)"],
    "bark": ["", "(loud: $yes)", "(times: 3)", "(times: $number, loud: true)"],
}
CONDITIONS = [
    *[""] * 4,
    " @skip(if: $yes)",
    " @include(if: $no)",
    " @include(if: $yes) @skip(if: $no)",
    " @skip(if: true)",
]
VARIABLES = {
    "number": "$number: Int = 4",
    "text": "$text: String",
    "color": "$color: Color = BLUE",
    "yes": "$yes: Boolean! = true",
    "no": "$no: Boolean = false",
}
POSSIBLE = {"Thing": ["Cat", "Dog", "Thing"], "Pet": ["Cat", "Dog", "Thing"]}


def is_waiting(name: str) -> bool:
    return name.startswith(("later", "together", "stream"))


@dataclass
class Writer:
    """Writes one document. `waits`: whether it may hold fields that have to be awaited."""

    draw: st.DrawFn
    schema: GraphQLSchema
    root: str
    waits: bool
    used: list[str] = field(default_factory=list)

    def document(self) -> str:
        names = sorted({"Cat", "Dog", "Stray", "Thing", "Pet", self.root})
        fragments = {name: f"F{name}" for name in names if self.draw(st.booleans())}
        body = self.selection(self.root, 4, fragments)
        definitions = " ".join(self.definitions(fragments))
        text = f"{body} {definitions}"
        declared = [VARIABLES[name] for name in VARIABLES if re.search(rf"\${name}\b", text)]
        return f"{self.root.lower()} {f'({chr(44).join(declared)})' if declared else ''}{text}"

    def definitions(self, fragments: dict[str, str]) -> list[str]:
        """A fragment spreads only what comes after it, so that there is no circle."""
        remaining, done, written = dict(fragments), set[str](), []
        while pending := [name for name in dict.fromkeys(self.used) if name not in done]:
            for name in pending:
                done.add(name)
                remaining.pop(name, None)
                written.append(f"fragment F{name} on {name}{self.selection(name, 1, remaining)}")
        return written

    def selection(self, type_name: str, depth: int, fragments: dict[str, str]) -> str:
        parts = ["__typename", *self.fields(type_name, depth, fragments), *self.spreads(type_name, depth, fragments)]
        return " { " + " ".join(self.draw(st.permutations(parts))) + " }"

    def fields(self, type_name: str, depth: int, fragments: dict[str, str]) -> list[str]:
        object_type: Any = self.schema.type_map[type_name]
        fields = getattr(object_type, "fields", {})
        chosen = self.draw(st.lists(st.sampled_from(sorted(fields)), max_size=5)) if fields else []
        written = [
            self.field(name, fields[name], depth, fragments) for name in chosen if self.waits or not is_waiting(name)
        ]
        return [one for one in written if one]

    def field(self, name: str, definition: Any, depth: int, fragments: dict[str, str]) -> str:
        inner = get_named_type(definition.type)
        if is_composite_type(inner) and depth == 0:
            return ""
        below = self.selection(inner.name, depth - 1, fragments) if is_composite_type(inner) else ""
        number = self.draw(st.integers(0, len(ARGUMENTS[name]) - 1)) if name in ARGUMENTS else 0
        arguments = ARGUMENTS[name][number] if name in ARGUMENTS else ""
        alias = f"{name}{number}: " if number or self.draw(st.booleans()) else ""
        return f"{alias}{name}{arguments}{self.condition()}{below}"

    def spreads(self, type_name: str, depth: int, fragments: dict[str, str]) -> list[str]:
        written = []
        for possible in POSSIBLE.get(type_name, [type_name, "Thing"]):
            if possible == "Thing" and type_name in ("Stray", self.root):
                continue
            if possible in fragments and self.draw(st.integers(0, 3)) == 0:
                self.used.append(possible)
                written.append(f"...{fragments[possible]}{self.condition()}")
            elif depth and self.draw(st.integers(0, 3)) == 0:
                written.append(f"... on {possible}{self.condition()}{self.selection(possible, depth - 1, fragments)}")
        return written

    def condition(self) -> str:
        return self.draw(st.sampled_from(CONDITIONS))


def documents(schema: GraphQLSchema, root: str = "Query", *, waits: bool = True) -> st.SearchStrategy[str]:
    """Operations on the root type; without `waits`, none of it has to be awaited."""

    @st.composite
    def written(draw: st.DrawFn) -> str:
        return Writer(draw, schema, root, waits).document()

    make: Callable[[], st.SearchStrategy[str]] = written
    return make()
