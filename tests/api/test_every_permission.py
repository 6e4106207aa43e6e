"""Every role and tier meets every output field, filter method, order, mutation and subscription of the whole schema.

What the schema offers is taken from the schema, so that what is added to it is walked without a word here. What may be
expected is read from the table of defaults alone.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from random import Random
from typing import Any, NamedTuple, cast

import pytest
from strawberry.schema.schema_converter import GraphQLCoreConverter

from auth.actor import Actor, Role, Tier
from auth.default_matrix import DEFAULT_MATRIX, WRITES, FieldClass
from auth.permissions import Permissions, has_mask
from auth.visibility import FieldUse, Purpose, Visibility, coordinate
from domain.audit import AuditRecord
from domain.clock import system_clock
from domain.codes import AuditKind, Scope
from domain.errors import CallerError
from domain.members import EDITABLE
from domain.records import OrganizationRecord, whole_organization
from resolvers.context import RequestContext
from schema import field_usage
from schema.build import governed_fields, graphql_schema
from schema.filters import USE
from schema.traits import traits_of
from server.app import DEFAULT_PERMISSIONS, SCHEMA
from server.operations.documents import Operation
from server.operations.running import Operations, Request
from tests.asking import Api
from tests.every_use import Case, EveryUse, FieldUsed

CORE = graphql_schema(SCHEMA)
FIELDS = governed_fields(SCHEMA)
NAMES = {coordinate(name): name for name in FIELDS}
CASES = tuple(EveryUse(CORE, set(NAMES)).cases())
HIDDEN, MASKED, VISIBLE = Visibility.HIDDEN, Visibility.MASKED, Visibility.VISIBLE
WHOEVER = [(role, tier) for role in Role for tier in Tier]
SHOWN_BY = {
    Scope.ORGANIZATIONS_READ: {FieldClass.STRUCTURE},
    Scope.MEMBERS_READ: {FieldClass.RECORD, FieldClass.PERSONAL},
    Scope.TRANSFERS_WRITE: {FieldClass.TRANSFER},
    Scope.CHANGES_READ: {FieldClass.CHANGES},
}


class Verdict(NamedTuple):
    """The error's code, or ALLOWED, and the fields that it names."""

    code: str
    fields: tuple[str, ...] = ()


ALLOWED = Verdict("ALLOWED")


def expected(uses: Iterable[FieldUsed], shown: Mapping[str, Visibility], writable: Collection[str] = ()) -> Verdict:
    """`shown`: `Type.field` → what may be seen of it; `writable`: what may be written, unless it is hidden."""
    hidden = {use.field for use in uses if shown[use.field] is HIDDEN}
    if hidden:
        return Verdict("FIELD_HIDDEN", tuple(sorted(hidden)))
    read_only = {use.field for use in uses if use.purpose is Purpose.WRITE and use.field not in writable}
    if read_only:
        return Verdict("FIELD_READ_ONLY", tuple(sorted(read_only)))
    uses = [use for use in uses if use.purpose is not Purpose.WRITE]
    too_much = {
        use.field for use in uses if shown[use.field] is MASKED and use.purpose not in (Purpose.READ, Purpose.MATCH)
    }
    return Verdict("FIELD_MASKED", tuple(sorted(too_much))) if too_much else ALLOWED


def verdict(operation: Operation, permissions: Permissions, variables: Mapping[str, Any]) -> Verdict:
    try:
        operation.require(permissions, variables)
    except CallerError as error:
        return Verdict(error.problem.code, tuple(cast("list[str]", error.extensions["fields"])))
    return ALLOWED


@cache
def operations() -> list[tuple[Case, Operation]]:
    """Each case, prepared."""
    running = Operations(SCHEMA)
    prepared = [(case, running.prepared(Request(case.document), "en")) for case in CASES]
    wrong = [(case.document, answer.errors) for case, answer in prepared if not isinstance(answer, Operation)]
    assert wrong == []
    return cast("list[tuple[Case, Operation]]", prepared)


def by_default(role: Role, tier: Tier) -> dict[str, Visibility]:
    return {name: DEFAULT_MATRIX[role, tier, FIELDS[NAMES[name]].field_class] for name in NAMES}


def disagreements(
    permissions: Permissions, shown: Mapping[str, Visibility], writable: Collection[str] = ()
) -> list[tuple[str, Verdict, Verdict]]:
    """Where the server decides otherwise than the table: the element, the server's verdict, the table's."""
    found = []
    for case, operation in operations():
        wanted, said = expected(case.uses, shown, writable), verdict(operation, permissions, case.variables)
        if said != wanted:
            found.append((case.element, said, wanted))
    return found


def permissions_with(shown: Mapping[str, Visibility], writable: Collection[str] = ()) -> Permissions:
    return Permissions(
        {NAMES[name]: visibility for name, visibility in shown.items()}, frozenset(NAMES[name] for name in writable)
    )


def writable_by(role: Role) -> set[str]:
    """By default, at every tier."""
    return {
        name for name in NAMES if FIELDS[NAMES[name]].is_writable and FIELDS[NAMES[name]].field_class in WRITES[role]
    }


def test_the_walk_goes_everywhere() -> None:
    elements = {case.element for case in CASES}
    fields = {
        f"{kind.name}.{name}"
        for kind in CORE.type_map.values()
        if hasattr(kind, "interfaces") and hasattr(kind, "is_type_of") and not kind.name.startswith("__")
        for name in kind.fields  # type: ignore[attr-defined] # an object type
    }
    assert fields <= elements
    assert set(NAMES) <= elements
    methods = [name for name in elements if name.count(".") == 2 and "(" not in name and "in variables" not in name]
    orders = [name for name in elements if "OrderField." in name and "in variables" not in name]
    assert len(methods) > 60
    assert len(orders) > 25
    written = {name for name in elements if name.startswith("UpdateMemberInput.") and "in variables" not in name}
    files = {"photoId", "addAttachmentIds", "removeAttachmentIds"}
    assert len(written) == 2 * (len(EDITABLE) + len(files))
    roots = [root for root in (CORE.query_type, CORE.mutation_type, CORE.subscription_type) if root is not None]
    assert len(roots) == 3
    assert {f"{root.name}.{name}" for root in roots for name in root.fields} <= elements


@pytest.mark.parametrize(("role", "tier"), WHOEVER, ids=str)
def test_every_use_is_decided_as_the_default_matrix_says(role: Role, tier: Tier) -> None:
    permissions = DEFAULT_PERMISSIONS.permissions_of(role, tier)
    assert disagreements(permissions, by_default(role, tier), writable_by(role)) == []


@pytest.mark.parametrize("tier", list(Tier), ids=str)
@pytest.mark.parametrize("scopes", [frozenset(), *({scope} for scope in Scope), frozenset(Scope)], ids=sorted)
def test_a_partner_sees_what_its_scopes_and_the_matrix_both_allow(scopes: frozenset[Scope], tier: Tier) -> None:
    classes = {of_class for scope in scopes for of_class in SHOWN_BY.get(scope, ())}
    shown = {
        name: visibility if FIELDS[NAMES[name]].field_class in classes else HIDDEN
        for name, visibility in by_default(Role.PARTNER, tier).items()
    }
    permissions = DEFAULT_PERMISSIONS.permissions_of(Role.PARTNER, tier, frozenset(scopes))
    assert disagreements(permissions, shown) == []


@pytest.mark.parametrize("field", sorted(NAMES))
def test_a_field_is_refused_wherever_it_is_used_and_nothing_else_is(field: str) -> None:
    """Whoever may see all but this field; and, where there is a mask, all but this field unmasked."""
    for visibility in (HIDDEN, MASKED) if has_mask(NAMES[field]) else (HIDDEN,):
        shown = {**dict.fromkeys(NAMES, VISIBLE), field: visibility}
        assert disagreements(permissions_with(shown, NAMES), shown, NAMES) == []


@pytest.mark.parametrize("field", sorted(writable_by(Role.ADMINISTRATOR)))
def test_what_may_be_read_alone_is_not_written(field: str) -> None:
    shown, writable = dict.fromkeys(NAMES, VISIBLE), set(NAMES) - {field}
    assert disagreements(permissions_with(shown, writable), shown, writable) == []


def methods_of(type_name: str, name: str) -> list[str]:
    """None of a type that has no filter."""
    kind = f"{type_name}{name[0].upper()}{name[1:]}Filter"
    return list(getattr(CORE.type_map.get(kind), "fields", ()))


@pytest.mark.parametrize(
    "field", sorted(name for name in NAMES if has_mask(NAMES[name]) and methods_of(*name.split(".")))
)
def test_what_is_masked_is_read_and_matched_by_its_exact_value_and_nothing_else(field: str) -> None:
    permissions = permissions_with({**dict.fromkeys(NAMES, VISIBLE), field: MASKED})
    type_name, _, name = field.partition(".")
    refused = {case.element for case, operation in operations() if verdict(operation, permissions, case.variables)[1]}
    methods = {f"{type_name}Filter.{name}.{method}" for method in methods_of(type_name, name)}
    exact = f"{type_name}Filter.{name}.exact"
    assert {"fuzzy", "prefix", "suffix", "multi"} <= set(methods_of(type_name, name))
    assert methods - refused == {exact}
    assert {f"{method} in variables" for method in methods} - refused == {f"{exact} in variables"}
    assert orders_of(type_name, name) <= refused
    assert field not in refused


def test_a_masked_registered_phone_is_read_matched_and_written() -> None:
    permissions = permissions_with({**dict.fromkeys(NAMES, VISIBLE), "MemberAccount.phone": MASKED}, NAMES)
    refused = {case.element for case, operation in operations() if verdict(operation, permissions, case.variables)[1]}
    assert refused == set()


def orders_of(type_name: str, name: str) -> set[str]:
    """None of a type that is not ordered."""
    values = getattr(CORE.type_map.get(f"{type_name}OrderField"), "values", ())
    return {f"{type_name}OrderField.{value}" for value in values if value.replace("_", "").lower() == name.lower()}


@pytest.mark.parametrize(("role", "tier"), WHOEVER, ids=str)
def test_what_may_not_be_read_may_not_be_grouped_by_either(role: Role, tier: Tier) -> None:
    permissions, shown = DEFAULT_PERMISSIONS.permissions_of(role, tier), by_default(role, tier)
    groupable = [name for name in NAMES if is_groupable(name)]
    assert len(groupable) > 10
    for name in groupable:
        wanted = expected([FieldUsed(name, Purpose.GROUP)], shown)
        try:
            permissions.require([FieldUse(NAMES[name], Purpose.GROUP)])
            said = ALLOWED
        except CallerError as error:
            said = Verdict(error.problem.code, tuple(cast("list[str]", error.extensions["fields"])))
        assert said == wanted, name


def is_groupable(name: str) -> bool:
    type_name, _, field_name = name.partition(".")
    field = CORE.type_map[type_name].fields[field_name]  # type: ignore[attr-defined] # of an object type
    traits = traits_of(field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF])
    return traits is not None and traits.groupable


class Untouchable:
    """Stands where nothing may be asked for: there are no loaders."""


class RefusalsAlone:
    """Stands where nothing may be read: a database that notes refusals in its audit log, and can do nothing else."""

    def __init__(self) -> None:
        self.audit_log = self
        self.noted: list[AuditRecord] = []

    def expecting(self) -> AbstractContextManager[None]:
        return nullcontext()

    async def record(self, record: AuditRecord) -> None:
        self.noted.append(record)


SOMEWHERE = whole_organization(1, None, "1/", "某委员会", "COUNTY", None, False, False)


@pytest.mark.parametrize(("role", "tier"), WHOEVER, ids=str)
async def test_a_refusal_comes_before_anything_runs(role: Role, tier: Tier) -> None:
    permissions, shown = DEFAULT_PERMISSIONS.permissions_of(role, tier), by_default(role, tier)
    nothing, database = cast("Any", Untouchable()), cast("Any", RefusalsAlone())
    actor = Actor("tester", role, SOMEWHERE)
    context = RequestContext(actor, permissions, nothing, database, nothing, system_clock, "en", code_key=b"")
    running, refused = Operations(SCHEMA), 0
    for case, operation in operations():
        wanted = expected(case.uses, shown, writable_by(role))
        if wanted != ALLOWED:
            answer = await running.run(operation, Request(case.document, None, case.variables), context)
            assert (answer.executed, answer.data) == (False, None)
            assert [error.extensions for error in answer.errors] == [
                {"code": wanted.code, "fields": list(wanted.fields)}
            ]
            refused += 1
    assert refused > 5
    assert [record.kind for record in database.noted] == [AuditKind.REFUSAL] * refused


@pytest.mark.parametrize(("role", "tier"), WHOEVER, ids=str)
async def test_the_same_holds_over_http(
    api: Api,
    county: OrganizationRecord,
    approving_committee: OrganizationRecord,
    branch: OrganizationRecord,
    role: Role,
    tier: Tier,
) -> None:
    """For some of the queries, drawn anew for each role and tier."""
    place = {Tier.COUNTY_OR_ABOVE: county, Tier.APPROVING_COMMITTEE: approving_committee, Tier.OTHER_GRASSROOTS: branch}
    caller, shown = api.as_(place[tier], role), by_default(role, tier)
    queries = [case for case in CASES if case.root == "query"]
    for case in Random(f"{role} {tier}").sample(queries, 40):  # noqa: S311 # it keeps no secret
        response = await caller.post(case.document, dict(case.variables))
        errors = [error["extensions"] for error in response.json().get("errors", [])]
        wanted = expected(case.uses, shown)
        about_fields = [error for error in errors if error["code"].startswith("FIELD_")]
        assert response.status_code < 500
        assert about_fields == ([] if wanted == ALLOWED else [{"code": wanted.code, "fields": list(wanted.fields)}])
        assert (response.status_code == 400) is bool(about_fields) or errors, case.document


# -- the walk finds what has been forgotten


def test_it_finds_a_filter_method_that_does_not_say_what_it_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    method = CORE.type_map["MemberPhoneFilter"].fields["fuzzy"]  # type: ignore[attr-defined] # an input type
    definition = method.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    assert USE in definition.metadata
    monkeypatch.setattr(definition, "metadata", {})
    assert "MemberFilter.phone.fuzzy" in found_when_phones_are_hidden()


def test_it_finds_an_order_that_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_usage, "ordered_field", lambda *_: None)
    assert "MemberOrderField.PHONE" in found_when_phones_are_hidden()


def test_it_finds_an_output_field_that_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_usage, "traits_of", lambda _: None)
    assert "Member.phone" in found_when_phones_are_hidden()


def test_it_finds_variables_that_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_usage, "uses_in_value", lambda *_: iter(()))
    assert "MemberFilter.phone.fuzzy in variables" in found_when_phones_are_hidden()


def test_it_finds_a_part_that_is_written_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    part = CORE.type_map["UpdateMemberInput"].fields["phone"]  # type: ignore[attr-defined] # an input type
    monkeypatch.setattr(part.extensions[GraphQLCoreConverter.DEFINITION_BACKREF], "metadata", {})
    assert "UpdateMemberInput.phone: null" in found_when_phones_are_hidden()


def found_when_phones_are_hidden() -> set[str]:
    """By a walk of its own, of documents that were not prepared before."""
    shown = {**dict.fromkeys(NAMES, VISIBLE), "Member.phone": HIDDEN}
    operations.cache_clear()
    try:
        return {element for element, _, _ in disagreements(permissions_with(shown), shown)}
    finally:
        operations.cache_clear()
