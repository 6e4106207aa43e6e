"""The mutations that the documentation shows are taken. What is written of one stays; only what stands for another
record or person, and whatever comes as variables, is put in its place."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from graphql import (
    FieldNode,
    OperationType,
    VariableNode,
    parse,
    print_ast,
    separate_operations,
    value_from_ast_untyped,
)

from domain.records import OrganizationRecord
from schema.identifiers import decoded
from tests.api.test_partners import registered
from tests.api.test_samples import operation_of
from tests.file_contents import pdf, picture
from tests.keyed_calls import PREPARED, KeyedCall, Prepare, World, own_world
from tests.oracle import Register
from tests.samples import Sample, samples
from tests.uploading import staged

VERSIONS = {"version", "expectedVersion"}

MUTATIONS = [
    pytest.param(sample, print_ast(document), id=f"{sample}-{number}")
    for sample in samples()
    if sample.language == "graphql"
    for number, document in enumerate(separate_operations(parse(sample.text)).values())
    if operation_of(document).operation is OperationType.MUTATION
]


@pytest.fixture
async def world(
    own_province_url: str, register: Register, province_committee: OrganizationRecord
) -> AsyncIterator[World]:
    async with own_world(own_province_url, register, province_committee) as world:
        yield world


def test_there_are_mutations() -> None:
    assert len(MUTATIONS) > 20


@pytest.mark.parametrize(("sample", "mutation"), MUTATIONS)
async def test_it_is_taken(world: World, sample: Sample, mutation: str) -> None:
    [field] = operation_of(parse(mutation)).selection_set.selections
    assert isinstance(field, FieldNode)
    prepare = PREPARED_HERE.get(f"{sample.page} {field.name.value}", PREPARED[field.name.value])
    call = await prepare(world)
    [argument] = field.arguments or ()
    if isinstance(argument.value, VariableNode):
        answer = await call.caller.ask(mutation, {argument.value.name.value: dict(call.given)})
    else:
        shown = value_from_ast_untyped(argument.value)
        own = {name: call.given[name] for name in shown if stands_for_another(name, shown)}
        answer = await call.caller.ask(with_variable(field), {"input": {**shown, **own}})
    assert answer[field.name.value].get("errors", []) == []


def stands_for_another(name: str, shown: Mapping[str, Any]) -> bool:
    values = shown[name] if isinstance(shown[name], list) else [shown[name]]
    return name in VERSIONS or any(isinstance(value, str) and ("…" in value or is_global_id(value)) for value in values)


def is_global_id(text: str) -> bool:
    try:
        return bool(decoded(text).number)
    except Exception:  # whatever is wrong with it, it is none
        return False


def with_variable(field: FieldNode) -> str:
    """The mutation of the field, with its input as a variable."""
    name = field.name.value
    kind = f"{name[0].upper()}{name[1:]}Input"
    selection = print_ast(field.selection_set) if field.selection_set else ""
    return f"mutation ($input: {kind}!) {{ {name}(input: $input) {selection} }}"


async def _with_files(world: World) -> KeyedCall:
    """On a member who has an attachment."""
    call = await world.call_of("updateMember")
    caller = call.caller
    first = await staged(caller, pdf(), "a.pdf")
    saved = await call.otherwise(addAttachmentIds=[first["id"]]).answer()
    member = await caller.ask(
        "query ($id: ID!) { member(id: $id) { version attachments { id } } }", {"id": call.given["id"]}
    )
    assert saved["errors"] == []
    photo = await staged(caller, picture("JPEG"), "a.jpg", "PHOTO")
    return call.otherwise(
        version=member["member"]["version"],
        photoId=photo["id"],
        addAttachmentIds=[(await staged(caller, pdf(), "b.pdf"))["id"]],
        removeAttachmentIds=[each["id"] for each in member["member"]["attachments"]],
    )


async def _with_records(world: World) -> KeyedCall:
    """For a partner who may read what it is to be told."""
    scopes = ["CHANGES_READ", "MEMBERS_READ", "ORGANIZATIONS_READ"]
    partner = (await registered(world.office.officer, world.top, scopes=scopes))["partner"]
    return world.calls(world.office.officer, "setWebhook", partnerId=partner["id"])


PREPARED_HERE: Mapping[str, Prepare] = {
    "docs/files.md updateMember": _with_files,
    "docs/webhooks.md setWebhook": _with_records,
}
