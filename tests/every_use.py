"""Every use that the schema makes of a field, each as a small document of its own.

It is worked out from the types of the schema and from their names alone, not from the metadata by which the server
knows the same: so that what has been forgotten there is found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
)

from auth.visibility import Purpose
from domain.files import ReceivedFile

SAMPLES: Mapping[str, str] = {
    "Int": "1",
    "Float": "1.0",
    "String": '"x"',
    "Boolean": "true",
    "ID": '"TWVtYmVyOjE="',
    "Date": '"2000-01-31"',
    "DateTime": '"2000-01-31T00:00:00Z"',
    "Upload": "$file",
}
"""A value of each scalar, as it is written in a document."""

CONDITIONS: Mapping[str, str] = {
    "AccountFilter.within": "Account.organization",
    "ApprovalRequestFilter.within": "ApprovalRequest.branch",
    "AuditEntryFilter.within": "AuditEntry.organization",
    "HistoryMemberFilter.within": "HistoryMember.branch",
    "MemberFilter.breaches": "Member.validationResults",
    "MemberFilter.within": "Member.branch",
    "OrganizationFilter.within": "Organization.id",
    "PhoneHolderFilter.phone": "Member.phone",
    "ValidationResultFilter.rules": "ValidationResult.rule",
    "ValidationResultFilter.severities": "ValidationResult.rule",
    "ValidationResultFilter.within": "Member.branch",
}
"""Parts of filters that are named otherwise than the field on which they are a condition."""

CONDITIONS_TOO: Mapping[str, str] = {"PhoneHolderFilter.phone": "MemberAccount.phone"}
"""Parts of filters that are a condition on a second field besides."""

WRITTEN: Mapping[str, str] = {
    "ChangeRegisteredPhoneInput.code": "MemberAccount.phone",
    "NewMemberInput.branchId": "Member.branch",
    "NewMemberInput.photoId": "Member.photo",
    "RenameMemberInput.name": "Member.name",
    "SendPhoneCodeInput.phone": "MemberAccount.phone",
    "UpdateMemberInput.addAttachmentIds": "Member.attachments",
    "UpdateMemberInput.branchId": "Member.branch",
    "UpdateMemberInput.photoId": "Member.photo",
    "UpdateMemberInput.removeAttachmentIds": "Member.attachments",
}
"""Parts of inputs that are named otherwise than the field which they write, or cannot be left out."""

MATCHED = frozenset({"NewMemberInput.identityNumber"})
"""Parts of inputs of which it is told whether somebody has that value already."""

NO_CONDITIONS: Mapping[str, str] = {
    "format": "as what a chart is drawn",
    "first": "a page",
    "after": "a page",
    "last": "a page",
    "before": "a page",
    "organizationId": "names the organisation",
    "newest": "how many entries are verified",
    "id": "names the record",
    "ids": "names the records",
    "identityNumber": "is only taken apart",
    "reach": "how far below an organisation",
    "role": "whose permission matrix",
    "which": "which list of requests",
    "tier": "whose permission matrix",
    "types": "which types of changes",
}
"""Arguments of queries by whose value nothing can be found out of a field, and what they say instead."""

GROUPED: Mapping[str, str] = {
    "StatisticsDimension.AGE_BAND": "Member.age",
    "StatisticsDimension.HAN_OR_MINORITY": "Member.ethnicity",
    "StatisticsDimension.JOIN_PERIOD": "Member.joinedOn",
}
"""Dimensions that are named otherwise than the field by which they group."""

COUNTED_BY: Mapping[str, str] = {"Query.registrationStatistics": "Member.account"}
"""Fields that count records by a field of theirs, whatever is asked."""

LISTED: Mapping[str, str] = {
    "Mutation.exportMembers": "Query.members",
    "Mutation.exportHistoryMembers": "Query.historyMembers",
    "Query.savedMemberQuery": "Query.members",
    "Query.savedHistoryQuery": "Query.historyMembers",
}
"""Fields that give what another one lists, and need that one too."""

COLUMNS_TOO: Mapping[str, str] = {
    "MemberColumn.BRANCH": "Organization.name",
    "HistoryMemberColumn.BRANCH": "Organization.name",
}
"""Columns that show a second field besides the one after which they are named."""

NO_ORDERS = {"OrganizationOrderField.TREE"}
"""Orders that are no field."""

UPLOADED = ("file", "Upload!", ReceivedFile("a.pdf", b"%PDF-1.4 %%EOF"))
"""The variable whose value no document can hold."""

_ASKED = ("Filter", "Order", "QueryInput")
"""Endings of inputs that ask, and write nothing."""

COMBINATIONS = {"and", "or", "not"}


class UnknownElementError(AssertionError):
    """The walk met something of which it does not know what it means; it says what to add, and where."""


@dataclass(frozen=True, slots=True)
class FieldUsed:
    """`field` as `Type.field` in the spelling of the schema."""

    field: str
    purpose: Purpose


@dataclass(frozen=True)
class Case:
    """A document that does one thing at `element`, and everything that it uses by that."""

    element: str
    document: str
    uses: frozenset[FieldUsed]
    variables: Mapping[str, Any]

    @cached_property
    def root(self) -> str:
        return self.document.split(" ", 1)[0]


@dataclass(frozen=True)
class _Way:
    """To the objects of a type: what comes before their selection, what closes it, and what it uses."""

    opening: str
    closing: str
    uses: frozenset[FieldUsed]


class EveryUse:
    """`governed` are the fields that the matrix knows, as `Type.field`."""

    def __init__(self, schema: GraphQLSchema, governed: set[str]) -> None:
        self._schema = schema
        self._governed = governed

    def cases(self) -> Iterator[Case]:
        for type_name, way in self._ways.items():
            for name, field in self._schema.type_map[type_name].fields.items():  # type: ignore[attr-defined] # of objects
                yield self._reading(type_name, name, field, way)
                if type_name.endswith("Mutation"):
                    yield from self._cases_of_writing(type_name, name, field, way)
                else:
                    yield from self._cases_of_arguments(type_name, name, field, way)

    # -- output fields

    def _reading(self, type_name: str, name: str, field: Any, way: _Way) -> Case:
        coordinate = f"{type_name}.{name}"
        document = f"{way.opening} {self._call(name, field)}{_inside(field)} {way.closing}"
        return case(coordinate, document, way.uses | self._read(coordinate) | self._demanded(field), {})

    def _read(self, coordinate: str) -> frozenset[FieldUsed]:
        if coordinate not in self._governed:
            return frozenset()
        counted = frozenset({FieldUsed(COUNTED_BY[coordinate], Purpose.GROUP)} if coordinate in COUNTED_BY else ())
        listed = frozenset({FieldUsed(LISTED[coordinate], Purpose.READ)} if coordinate in LISTED else ())
        return counted | listed | {FieldUsed(coordinate, Purpose.READ)}

    def _demanded(self, field: Any, besides: str = "") -> frozenset[FieldUsed]:
        """By what the field cannot be asked for without, `besides` an argument that is given otherwise: conditions on
        the exact value, what is written, the first dimension."""
        required = {key: each.type for key, each in field.args.items() if is_required_argument(each) and key != besides}
        kinds = {get_named_type(each) for each in required.values()}
        dimensions = frozenset(
            self._grouped(kind, sample(kind)) for kind in kinds if getattr(kind, "name", "").endswith("Dimension")
        )
        return dimensions | frozenset(
            used
            for kind in kinds
            if isinstance(kind, GraphQLInputObjectType)
            for name, part in kind.fields.items()
            if is_required_input_field(part)
            for used in (*self._used_by_part(kind.name, name), *self._shown_by_part(part.type))
        )

    def _shown_by_part(self, kind: Any) -> frozenset[FieldUsed]:
        """By a column that cannot be left out."""
        inner = get_named_type(kind)
        return self._shown(inner, sample(inner)) if _is_column(inner) else frozenset()

    def _shown(self, kind: GraphQLEnumType, value: str) -> frozenset[FieldUsed]:
        fields = (f"{kind.name.removesuffix('Column')}.{_camel(value)}", COLUMNS_TOO.get(f"{kind.name}.{value}"))
        found = frozenset(FieldUsed(field, Purpose.READ) for field in fields if field)
        if not {used.field for used in found} <= self._governed:
            raise UnknownElementError(f"{kind.name}.{value} shows which field? Name it so, or add to COLUMNS_TOO.")
        return found

    def _used_by_part(self, kind: str, name: str) -> Iterator[FieldUsed]:
        place = f"{kind}.{name}"
        if kind.endswith("Filter"):
            yield FieldUsed(self._field_of_condition(kind, name), Purpose.MATCH)
        if place in CONDITIONS_TOO:
            yield FieldUsed(CONDITIONS_TOO[place], Purpose.MATCH)
        if place in WRITTEN:
            yield FieldUsed(WRITTEN[place], Purpose.WRITE)

    def _call(self, name: str, field: Any, **written: str) -> str:
        """The field with the arguments that it cannot be without, and these."""
        required = {
            key: sample(argument.type) for key, argument in field.args.items() if is_required_argument(argument)
        }
        arguments = ", ".join(f"{key}: {value}" for key, value in {**required, **written}.items())
        return f"{name}({arguments})" if arguments else name

    @cached_property
    def _ways(self) -> dict[str, _Way]:
        """The way to each type of object that uses the fewest governed fields."""
        number = count()
        queue: list[tuple[int, int, int, str, _Way]] = []
        for keyword, root in (
            ("query", self._schema.query_type),
            ("mutation", self._schema.mutation_type),
            ("subscription", self._schema.subscription_type),
        ):
            if root is not None:
                heappush(queue, (0, 0, next(number), root.name, _Way(f"{keyword} {{", "}", frozenset())))
        found: dict[str, _Way] = {}
        while queue:
            _, length, _, name, way = heappop(queue)
            if name not in found:
                found[name] = way
                for below, further in self._further(name, way):
                    heappush(queue, (len(further.uses), length + 1, next(number), below, further))
        abstract = {name for name in found if isinstance(self._schema.type_map[name], GraphQLInterfaceType)}
        objects = {
            name
            for name, kind in self._schema.type_map.items()
            if isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind)
        }
        if objects - set(found):
            raise UnknownElementError(f"No way leads to {sorted(objects - set(found))}.")
        return {name: way for name, way in found.items() if name not in abstract}

    def _further(self, name: str, way: _Way) -> Iterator[tuple[str, _Way]]:
        kind: Any = self._schema.type_map[name]
        if isinstance(kind, GraphQLInterfaceType):
            for concrete in self._schema.get_possible_types(kind):
                yield concrete.name, _Way(f"{way.opening} ... on {concrete.name} {{", f"}} {way.closing}", way.uses)
        for key, field in kind.fields.items():
            inner = get_named_type(field.type)
            if is_composite_type(inner):
                opening = f"{way.opening} {self._call(key, field)} {{"
                uses = way.uses | self._read(f"{name}.{key}") | self._demanded(field)
                yield inner.name, _Way(opening, f"}} {way.closing}", uses)

    # -- conditions and orders

    def _cases_of_arguments(self, type_name: str, name: str, field: Any, way: _Way) -> Iterator[Case]:
        for key, argument in field.args.items():
            reading = way.uses | self._read(f"{type_name}.{name}") | self._demanded(field, besides=key)
            for element, value, uses in self._values(key, argument, f"{type_name}.{name}({key})"):
                call = f"{self._call(name, field, **{key: written(value)})}{_inside(field)}"
                yield case(element, f"{way.opening} {call} {way.closing}", reading | uses, {})
                declared = way.opening.replace("{", f"($value: {argument.type}) {{", 1)
                call = f"{self._call(name, field, **{key: '$value'})}{_inside(field)}"
                yield case(
                    f"{element} in variables",
                    f"{declared} {call} {way.closing}",
                    reading | uses,
                    {"value": plain(value)},
                )

    # -- what is written

    def _cases_of_writing(self, type_name: str, name: str, field: Any, way: _Way) -> Iterator[Case]:
        """Each part of an `Update…Input` or a `New…Input`, with a value and emptied."""
        reading = way.uses | self._read(f"{type_name}.{name}") | self._demanded(field)
        for key, argument in field.args.items():
            parts = ((element, value, {used}) for element, value, used in self._written_parts(argument.type))
            for element, value, used in (*parts, *self._asked_parts(argument.type)):
                uses = reading | used
                call = f"{self._call(name, field, **{key: written(value)})}{_inside(field)}"
                yield case(element, f"{way.opening} {call} {way.closing}", uses, {})
                declared = way.opening.replace("{", f"($value: {argument.type}) {{", 1)
                call = f"{self._call(name, field, **{key: '$value'})}{_inside(field)}"
                document = f"{declared} {call} {way.closing}"
                yield case(f"{element} in variables", document, uses, {"value": plain(value)})

    def _asked_parts(self, argument: Any) -> Iterator[tuple[str, Any, frozenset[FieldUsed]]]:
        """Each condition, order and column of a query that an input holds."""
        kind = get_named_type(argument)
        if not isinstance(kind, GraphQLInputObjectType):
            return
        required = {key: Raw(sample(part.type)) for key, part in kind.fields.items() if is_required_input_field(part)}
        for name, part in kind.fields.items():
            for element, value, uses in self._asked_part(part):
                yield f"{kind.name}.{name}: {element}", {**required, name: value}, uses

    def _asked_part(self, part: Any) -> Iterator[tuple[str, Any, frozenset[FieldUsed]]]:
        kind: Any = get_named_type(part.type)
        if _is_column(kind):
            for value in kind.values:
                chosen = [Raw(sample(kind)), Raw(value)] if is_required_input_field(part) else [Raw(value)]
                yield f"{kind.name}.{value}", chosen, self._shown(kind, value)
        elif isinstance(kind, GraphQLInputObjectType) and kind.name.endswith("Filter"):
            yield from self._conditions(kind, depth=1)
        elif isinstance(kind, GraphQLInputObjectType) and kind.name.endswith("Order"):
            for element, value, uses in self._orders(kind):
                yield element, [value], uses
        elif isinstance(kind, GraphQLInputObjectType) and kind.name.endswith("QueryInput"):
            yield from self._asked_parts(part.type)

    def _written_parts(self, argument: Any) -> Iterator[tuple[str, Any, FieldUsed]]:
        kind = get_named_type(argument)
        if not isinstance(kind, GraphQLInputObjectType):
            return
        required = {key: Raw(sample(part.type)) for key, part in kind.fields.items() if is_required_input_field(part)}
        record = kind.name.removeprefix("Update").removeprefix("New").removesuffix("Input")
        for name, part in kind.fields.items():
            used = WRITTEN.get(f"{kind.name}.{name}") or f"{record}.{name}"
            inner_kind = get_named_type(part.type)
            if isinstance(inner_kind, GraphQLInputObjectType) and inner_kind.name.endswith(_ASKED):
                continue
            if isinstance(inner_kind, GraphQLInputObjectType):
                for element, value, inner in self._written_parts(part.type):
                    yield element, {**required, name: [value] if _is_list(part.type) else value}, inner
            elif used in self._governed and name not in required:
                is_matched, value = f"{kind.name}.{name}" in MATCHED, Raw(sample(part.type, optional=True))
                use = FieldUsed(used, Purpose.MATCH if is_matched else Purpose.WRITE)
                for each in (value,) if is_matched else (value, Raw("null")):
                    yield f"{kind.name}.{name}: {each}", {**required, name: each}, use

    def _values(
        self, key: str, argument: GraphQLArgument, place: str
    ) -> Iterator[tuple[str, Any, frozenset[FieldUsed]]]:
        kind = get_named_type(argument.type)
        if isinstance(kind, GraphQLInputObjectType) and kind.name.endswith("Filter"):
            yield from self._conditions(kind, depth=2)
        elif isinstance(kind, GraphQLInputObjectType) and kind.name.endswith("Order"):
            yield from self._orders(kind)
        elif isinstance(kind, GraphQLEnumType) and kind.name.endswith("Dimension"):
            for value in kind.values:
                yield f"{place}: {kind.name}.{value}", Raw(value), frozenset({self._grouped(kind, value)})
        elif key not in NO_CONDITIONS:
            raise UnknownElementError(
                f"Can something be found out of a field by {place}? If so, make it part of a `…Filter` whose parts say "
                "what they use (schema/filters.py); if not, list it in NO_CONDITIONS of tests/every_use.py."
            )

    def _conditions(self, kind: GraphQLInputObjectType, depth: int) -> Iterator[tuple[str, Any, frozenset[FieldUsed]]]:
        for name, part in kind.fields.items():
            inner: Any = get_named_type(part.type)
            if name in COMBINATIONS:
                if depth > 1:
                    for element, value, uses in self._conditions(kind, depth=1):
                        yield f"{kind.name}.{name}: {element}", {name: value}, uses
                continue
            used = self._field_of_condition(kind.name, name)
            if (
                isinstance(inner, GraphQLInputObjectType)
                and inner.name == f"{kind.name.removesuffix('Filter')}{name[0].upper()}{name[1:]}Filter"
            ):
                for method, operand in inner.fields.items():
                    purpose = Purpose.MATCH if method == "exact" else Purpose.SEARCH
                    use = FieldUsed(used, purpose)
                    yield (
                        f"{kind.name}.{name}.{method}",
                        {name: {method: Raw(sample(operand.type, optional=True))}},
                        frozenset({use}),
                    )
            elif isinstance(inner, GraphQLInputObjectType):
                own = frozenset({FieldUsed(used, Purpose.SEARCH)})
                yield f"{kind.name}.{name}", {name: {}}, own
                if depth > 1:
                    for element, value, uses in self._conditions(inner, depth=1):
                        yield f"{kind.name}.{name}: {element}", {name: value}, own | uses
            else:
                purpose = Purpose.MATCH if is_required_input_field(part) else Purpose.SEARCH
                too = CONDITIONS_TOO.get(f"{kind.name}.{name}")
                yield (
                    f"{kind.name}.{name}",
                    {name: Raw(sample(part.type, optional=True))},
                    frozenset(FieldUsed(field, purpose) for field in (used, too) if field),
                )

    def _field_of_condition(self, kind: str, name: str) -> str:
        field = CONDITIONS.get(f"{kind}.{name}") or f"{kind.removesuffix('Filter')}.{name}"
        if field not in self._governed:
            raise UnknownElementError(
                f"{kind}.{name} is a condition on which field? Say so in CONDITIONS of tests/every_use.py."
            )
        return field

    def _orders(self, kind: GraphQLInputObjectType) -> Iterator[tuple[str, Any, frozenset[FieldUsed]]]:
        values = get_named_type(kind.fields["field"].type)
        assert isinstance(values, GraphQLEnumType)
        for value in values.values:
            element = f"{values.name}.{value}"
            field = f"{kind.name.removesuffix('Order')}.{_camel(value)}"
            if element in NO_ORDERS:
                yield element, {"field": Raw(value)}, frozenset()
            elif field in self._governed:
                yield element, {"field": Raw(value)}, frozenset({FieldUsed(field, Purpose.ORDER)})
            else:
                raise UnknownElementError(
                    f"{element} orders by which field? If by none, list it in NO_ORDERS of tests/every_use.py."
                )

    def _grouped(self, kind: GraphQLEnumType, value: str) -> FieldUsed:
        field = GROUPED.get(f"{kind.name}.{value}") or f"Member.{_camel(value)}"
        if field not in self._governed:
            raise UnknownElementError(
                f"{kind.name}.{value} groups by which field? Say so in GROUPED of tests/every_use.py."
            )
        return FieldUsed(field, Purpose.GROUP)


def _camel(value: str) -> str:
    first, *rest = value.lower().split("_")
    return f"{first}{''.join(map(str.capitalize, rest))}"


def case(element: str, document: str, uses: frozenset[FieldUsed], variables: Mapping[str, Any]) -> Case:
    """A file is declared beside what is declared already."""
    name, kind, value = UPLOADED
    if f"${name}" not in document:
        return Case(element, document, uses, variables)
    root, rest = document.split(" ", 1)
    others = f", {rest[1:]}" if rest.startswith("(") else f") {rest}"
    return Case(element, f"{root} (${name}: {kind}{others}", uses, {**variables, name: value})


class Raw(str):
    """A scalar or enum value as it is written in a document."""

    __slots__ = ()


def written(value: Any) -> str:
    """As it stands in a document."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    return str(value)


def plain(value: Any) -> Any:
    """As it stands in the variables."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return _from_document(str(value))


def _from_document(text: str) -> Any:
    if text.startswith("["):
        return [_from_document(text[1:-1])]
    if text.startswith("{"):
        return {}
    if text == "null":
        return None
    if text in ("true", "false"):
        return text == "true"
    return text.strip('"') if not text.isdigit() else int(text)


def sample(kind: Any, *, optional: bool = False) -> str:
    """A value of the type; of an input object no more than what it cannot be without."""
    if isinstance(kind, GraphQLNonNull):
        return sample(kind.of_type, optional=optional)
    if isinstance(kind, GraphQLList):
        return f"[{sample(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        required = {key: part for key, part in kind.fields.items() if is_required_input_field(part)}
        return "{" + ", ".join(f"{key}: {sample(part.type)}" for key, part in required.items()) + "}"
    if kind.name not in SAMPLES:
        raise UnknownElementError(f"Add a value of the scalar {kind.name} to SAMPLES of tests/every_use.py.")
    return SAMPLES[kind.name]


def _is_column(kind: Any) -> bool:
    return isinstance(kind, GraphQLEnumType) and kind.name.endswith("Column")


def _is_list(kind: Any) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _inside(field: Any) -> str:
    return " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
