"""推送: what has changed arrives in order and signed, as a stream would tell it, however the receiver behaves."""

import time
from statistics import median
from typing import Any

from domain.codes import OrganizationKind
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from tests.api.test_changes import PAGE
from tests.gateway import eventually
from tests.oracle import Register
from tests.receiver import Receiver
from tests.webhooks import Office, delivering, office_over, patient, set_address

DOCUMENT = """subscription Told { changes { cursor type objectId changedFields ...Whose } }
  fragment Whose on ChangeEvent { member { name phone homeAddress } }"""


async def taken(receiver: Receiver, number: int) -> list[dict[str, Any]]:
    """The changes, once there are so many."""
    await eventually(lambda: len(receiver.changes) >= number)
    return receiver.changes


async def test_what_changes_is_told_as_a_stream_would_tell_it(
    office: Office, receiver: Receiver, inside: MemberRecord, outside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url, document=DOCUMENT)
    async with delivering(office):
        set_address(office, outside, "外")
        set_address(office, inside, "内")
        [told] = await taken(receiver, 1)
        await office.until(deliveredAt=lambda at: at is not None)
    assert told == {
        "cursor": told["cursor"],
        "type": "MEMBER_CHANGED",
        "objectId": encoded("Member", inside.id),
        "changedFields": ["homeAddress"],
        "member": {"name": inside.name, "phone": inside.phone, "homeAddress": "内"},
    }
    [batch] = receiver.taken.values()
    assert (batch["type"], batch["cursor"]) == ("changes", told["cursor"])


async def test_without_a_document_ids_and_names_of_fields_are_told(
    office: Office, receiver: Receiver, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url)
    async with delivering(office):
        set_address(office, inside, "内")
        [told] = await taken(receiver, 1)
    assert told.keys() == {"cursor", "type", "changedAt", "objectId", "changedFields"}


async def test_graphql_core_tells_the_same(
    own_province_url: str, county: OrganizationRecord, receiver: Receiver, inside: MemberRecord
) -> None:
    async with office_over(own_province_url, county, executor="graphql-core") as office:
        receiver.secret = await office.sets(receiver.url, document=DOCUMENT)
        async with delivering(office):
            set_address(office, inside, "一", "二")
            told = await taken(receiver, 2)
    assert [each["member"]["name"] for each in told] == [inside.name] * 2


async def test_what_was_missed_comes_together_and_in_order(
    office: Office, receiver: Receiver, county: OrganizationRecord, inside: MemberRecord
) -> None:
    receiver.secret = await office.sets(receiver.url)
    set_address(office, inside, *map(str, range(30)))
    async with delivering(office):
        told = await taken(receiver, 30)
        page = await office.api.as_(county).ask(PAGE % "cursor", {"first": 100})
        await office.until(cursor=lambda cursor: cursor == told[-1]["cursor"])
    assert [each["cursor"] for each in told] == [node["cursor"] for node in page["changes"]["nodes"]]
    assert len(receiver.asked) < 30


async def test_a_batch_holds_no_more_than_the_setting_says(
    own_province_url: str, county: OrganizationRecord, receiver: Receiver, inside: MemberRecord
) -> None:
    async with office_over(own_province_url, county, patient(batch=4)) as office:
        receiver.secret = await office.sets(receiver.url)
        set_address(office, inside, *map(str, range(10)))
        async with delivering(office):
            told = await taken(receiver, 10)
    assert max(len(batch["data"]["changes"]) for batch in receiver.taken.values()) == 4
    assert len({each["cursor"] for each in told}) == 10


async def test_a_change_arrives_at_once(office: Office, receiver: Receiver, inside: MemberRecord) -> None:
    receiver.secret = await office.sets(receiver.url)
    async with delivering(office):
        set_address(office, inside, "第一")
        await taken(receiver, 1)
        took = []
        for number in range(2, 7):
            began = time.monotonic()
            set_address(office, inside, f"第{number}")
            await taken(receiver, number)
            took.append(time.monotonic() - began)
    assert median(took) < 0.5, "woken, not found by looking every second"


async def test_organisation_and_types_narrow_it_down(
    office: Office, receiver: Receiver, register: Register, county: OrganizationRecord, inside: MemberRecord
) -> None:
    beside = next(m for m in register.members_in(county) if m.branch_id != inside.branch_id)
    asked = {"organizationId": encoded("Organization", inside.branch_id), "types": ["MEMBER_CHANGED"]}
    receiver.secret = await office.sets(receiver.url, **asked)
    async with delivering(office):
        office.execute(f"UPDATE organizations SET name = '更名' WHERE id = {inside.branch_id}")
        set_address(office, beside, "旁")
        set_address(office, inside, "内")
        [told] = await taken(receiver, 1)
    assert told["objectId"] == encoded("Member", inside.id)


async def test_an_organisation_is_followed_where_it_moves(
    office: Office, receiver: Receiver, register: Register, county: OrganizationRecord, inside: MemberRecord
) -> None:
    """What changed before it moved is told too, though it lay elsewhere then."""
    there = next(
        o for o in register.of_kind(OrganizationKind.GRASSROOTS_COMMITTEE)
        if o.path.startswith(county.path) and not inside.org_path.startswith(o.path)
    )  # fmt: skip
    place = f"{there.path}{inside.branch_id}/"
    receiver.secret = await office.sets(
        receiver.url, organizationId=encoded("Organization", inside.branch_id), types=["MEMBER_CHANGED"]
    )
    set_address(office, inside, "搬家前")
    office.execute(f"UPDATE organizations SET parent_id = {there.id}, path = '{place}' WHERE id = {inside.branch_id}")
    office.execute(f"UPDATE members SET org_path = '{place}' WHERE branch_id = {inside.branch_id}")
    set_address(office, inside, "搬家后")
    async with delivering(office):
        told = await taken(receiver, 2)
    assert [each["changedFields"] for each in told] == [["homeAddress"]] * 2


async def test_a_lost_connection_costs_a_second_and_no_change(
    office: Office, receiver: Receiver, inside: MemberRecord
) -> None:
    """Also that by which it is this process's turn."""
    receiver.secret = await office.sets(receiver.url)
    async with delivering(office):
        set_address(office, inside, "第一")
        await taken(receiver, 1)
        office.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        set_address(office, inside, "第二", "第三")
        told = await taken(receiver, 3)
    assert len({each["cursor"] for each in told}) == 3
