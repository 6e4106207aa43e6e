"""Random queries over Dengta's own schema that find something: deep, aliased, in fragments, under conditions."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_composite_type
from hypothesis import strategies as st

MEMBER_FILTERS = (
    '{name: {fuzzy: "王"}}',
    "{not: {gender: {exact: MALE}}, or: [{education: {multi: [BACHELOR, MASTER]}}, {ethnicity: {missing: true}}]}",
    '{birthDate: {range: {from: "1950-01-01", to: "1980-12-31"}}, branch: {kind: {exact: BRANCH}}}',
    '{phone: {exact: "13800000000"}}',
    "{breaches: {severities: [WARNING]}}",
    "{}",
)
ORGANIZATION_FILTERS = ('{name: {fuzzy: "支部"}}', "{kind: {multi: [CITY, COUNTY]}}", "{divisionCode: {missing: true}}")
PAGES = ("first: 2", "last: 1", "first: 3", "first: 0", 'first: 1, after: "rubbish"', "first: 1, last: 1")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "Query.members": (
        *(f"({page}, where: {where})" for page in PAGES[:3] for where in MEMBER_FILTERS),
        *(f"({page})" for page in PAGES),
        "(first: 2, orderBy: [{field: BIRTH_DATE, direction: DESC}])",
        "(first: 2, orderBy: [{field: PHONE}])",
    ),
    "Query.organizations": (
        *(f"({page}, where: {where})" for page in PAGES[:2] for where in ORGANIZATION_FILTERS),
        "(first: 3)",
    ),
    "Organization.children": ("(first: 2)", "(last: 1)", f"(first: 2, where: {ORGANIZATION_FILTERS[0]})", "(first: 0)"),
    "Organization.members": ("(first: 2)", "(first: 1, reach: DIRECT)", f"(last: 2, where: {MEMBER_FILTERS[1]})"),
    "Organization.memberCount": ("", "(reach: DIRECT)", f"(where: {MEMBER_FILTERS[0]})"),
    "Query.member": ('(id: "TWVtYmVyOjE=")', '(id: "TWVtYmVyOjU=")', '(id: "rubbish")'),
    "Query.organization": ('(id: "T3JnYW5pemF0aW9uOjE=")', '(id: "TWVtYmVyOjE=")'),
    "Query.qualityReport": ('(organizationId: "T3JnYW5pemF0aW9uOjE=")', '(organizationId: "TWVtYmVyOjE=")'),
    "Query.specialCheck": ('(organizationId: "T3JnYW5pemF0aW9uOjE=")',),
    "Query.validationResults": ("(first: 3)", "(first: 2, where: {severities: [HINT]})", '(where: {rules: ["X"]})'),
    "Query.savedMemberQuery": ('(id: "U2F2ZWRRdWVyeTox", first: 2)', '(id: "rubbish")'),
    "Query.savedHistoryQuery": ('(id: "U2F2ZWRRdWVyeTox")',),
    "Query.savedQuery": ('(id: "U2F2ZWRRdWVyeTox")', '(id: "TWVtYmVyOjE=")'),
    "Query.export": ('(id: "RXhwb3J0OjE=")',),
    "Query.node": ('(id: "TWVtYmVyOjE=")', '(id: "T3JnYW5pemF0aW9uOjE=")'),
    "Query.nodes": ('(ids: ["TWVtYmVyOjE=", "T3JnYW5pemF0aW9uOjE=", "TWVtYmVyOjk5OTk5OQ=="])',),
}
NEVER_TWICE_THE_SAME = {
    "HistoryMember.collectionFormUrl",
    "Member.collectionFormUrl",
    "QualityReport.chartUrl",
    "Query.collectionFormsUrl",
}
CONDITIONS = ("", "", "", " @include(if: $yes)", " @skip(if: $yes)")
POSSIBLE = {"Node": ("Member", "Organization")}


@dataclass
class Writer:
    draw: st.DrawFn
    schema: GraphQLSchema

    def document(self) -> str:
        return f"query ($yes: Boolean = true) {self.selection('Query', 5)}"

    def selection(self, type_name: str, depth: int) -> str:
        fields: dict[str, Any] = self.schema.type_map[type_name].fields  # type: ignore[attr-defined] # of objects
        names = sorted(name for name in fields if f"{type_name}.{name}" not in NEVER_TWICE_THE_SAME)
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
        parts = [self.field(type_name, name, fields[name], depth) for name in chosen]
        if depth > 0:
            parts += [f"... on {each} {self.selection(each, depth - 1)}" for each in POSSIBLE.get(type_name, ())]
        if depth > 0 and type_name != "Query" and self.draw(st.integers(0, 4)) == 0:
            parts.append(f"... on {type_name}{self.condition()} {self.selection(type_name, depth - 1)}")
        return "{ __typename " + " ".join(part for part in parts if part) + self.unused_variable(type_name) + " }"

    def unused_variable(self, type_name: str) -> str:
        return " again: __typename @include(if: $yes)" if type_name == "Query" else ""

    def field(self, type_name: str, name: str, definition: Any, depth: int) -> str:
        inner = get_named_type(definition.type)
        if is_composite_type(inner) and depth <= 0:
            return ""
        below = f" {self.selection(inner.name, depth - 1)}" if is_composite_type(inner) else ""
        choices = ARGUMENTS.get(f"{type_name}.{name}", ("",))
        number = self.draw(st.integers(0, len(choices) - 1))
        alias = f"{name}{number}{self.draw(st.sampled_from('ab'))}_{depth}: "
        return f"{alias}{name}{choices[number]}{self.condition()}{below}"

    def condition(self) -> str:
        return self.draw(st.sampled_from(CONDITIONS))


def queries(schema: GraphQLSchema) -> st.SearchStrategy[str]:
    @st.composite
    def written(draw: st.DrawFn) -> str:
        return Writer(draw, schema).document()

    strategy: st.SearchStrategy[str] = written()
    return strategy
