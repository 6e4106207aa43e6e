"""推送: what has changed arrives in order and signed, as a stream would tell it, however the receiver behaves."""

import asyncio
import time
from datetime import datetime, timedelta
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from domain.codes import OrganizationKind
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from storage.models import AuditEntry
from tests.api.test_changes import PAGE
from tests.gateway import Asked, Behaviour, Gateway, answers, eventually, hangs, hangs_up, says, takes, trickles
from tests.oracle import Register
from tests.receiver import Receiver, receiving
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
        began = time.monotonic()
        set_address(office, inside, "第二")
        await taken(receiver, 2)
    assert time.monotonic() - began < 0.5


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


# -- receivers that fail


def takes_without_end() -> Behaviour:
    """Says yes, and then never stops talking."""

    async def behave(gateway: Gateway, asked: Asked, writer: asyncio.StreamWriter) -> None:
        gateway.deliver(asked)
        await trickles()(gateway, asked, writer)

    return behave


def dribbles() -> Behaviour:
    """A head that does not come to its end."""

    async def behave(_gateway: Gateway, _asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    return behave


def resets(*, after_delivery: bool = False) -> Behaviour:
    """Breaks the connection off."""

    async def behave(gateway: Gateway, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if after_delivery:
            gateway.deliver(asked)
        writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        writer.transport.abort()
        raise ConnectionAbortedError

    return behave


FAILS: list[tuple[Behaviour, str, int | None]] = [
    (answers(500), "STATUS", 500),
    (answers(404), "STATUS", 404),
    (answers(302, location="http://127.0.0.1:1/elsewhere"), "STATUS", 302),
    (answers(429), "STATUS", 429),
    (hangs(), "TIMEOUT", None),
    (hangs(after_delivery=True), "TIMEOUT", None),
    (dribbles(), "TIMEOUT", None),
    (hangs_up(), "CONNECTION_FAILED", None),
    (hangs_up(after_delivery=True), "CONNECTION_FAILED", None),
    (resets(), "CONNECTION_FAILED", None),
    (resets(after_delivery=True), "CONNECTION_FAILED", None),
    (says(b"SSH-2.0-OpenSSH\r\n"), "CONNECTION_FAILED", None),
]


@pytest.mark.parametrize(("behaviour", "error", "status"), FAILS)
async def test_what_was_not_taken_is_sent_again_as_it_was(
    own_province_url: str, county: OrganizationRecord, receiver: Receiver, inside: MemberRecord,
    behaviour: Behaviour, error: str, status: int | None,
) -> None:  # fmt: skip
    """Under the same id and with the same changes, whatever came meanwhile; a receiver that knows the id has them."""
    async with office_over(own_province_url, county, patient(longest_wait=1.0, timeout=0.5)) as office:
        receiver.secret = await office.sets(receiver.url)
        receiver.behaves.append(behaviour)
        async with delivering(office):
            set_address(office, inside, "第一")
            webhook = await office.until(lastError=lambda last: last == error)
            assert (webhook["state"], webhook["failures"], webhook["lastStatus"]) == ("ACTIVE", 1, status)
            assert webhook["nextAttemptAt"] > webhook["failingSince"]
            assert "The last attempt failed" in webhook["message"]
            set_address(office, inside, "第二")
            told = await taken(receiver, 2)
            well = await office.until(lastError=lambda last: last is None)
    assert (well["failures"], well["failingSince"], well["nextAttemptAt"], well["message"]) == (0, None, None, None)
    first, again, *_ = receiver.asked
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body["data"] == again.body["data"]
    assert len({each["cursor"] for each in told}) == len(told) == 2


async def test_who_talks_without_end_has_taken_it(office: Office, receiver: Receiver, inside: MemberRecord) -> None:
    receiver.secret = await office.sets(receiver.url)
    receiver.behaves.extend([takes_without_end(), takes(body="." * 100_000)])
    async with delivering(office):
        set_address(office, inside, "第一")
        await taken(receiver, 1)
        set_address(office, inside, "第二")
        await taken(receiver, 2)
        set_address(office, inside, "第三")
        await taken(receiver, 3)
    assert len(receiver.asked) == len(receiver.taken)


@pytest.mark.parametrize("status", [429, 503])
async def test_the_receivers_wish_is_granted(
    office: Office, receiver: Receiver, inside: MemberRecord, status: int
) -> None:
    receiver.secret = await office.sets(receiver.url)
    receiver.behaves.append(answers(status, retry_after="50000"))
    async with delivering(office):
        set_address(office, inside, "第一")
        webhook = await office.until(lastStatus=lambda last: last == status)
    wait = datetime.fromisoformat(webhook["nextAttemptAt"]) - datetime.fromisoformat(webhook["failingSince"])
    assert timedelta(seconds=3_599) < wait < timedelta(seconds=3_601), "an hour at most"


async def test_nobody_there_is_waited_for(office: Office, receiver: Receiver, inside: MemberRecord) -> None:
    async with receiving() as gone:
        address = gone.url
    secret = await office.sets(address)
    async with delivering(office):
        set_address(office, inside, "第一")
        await office.until(lastError=lambda last: last == "CONNECTION_FAILED")
        async with receiving(port=urlsplit(address).port or 0) as back:
            back.secret = secret
            assert len(await taken(back, 1)) == 1
    assert receiver.asked == []


async def test_who_is_gone_is_asked_no_more(office: Office, receiver: Receiver, inside: MemberRecord) -> None:
    receiver.secret = await office.sets(receiver.url)
    receiver.behaves.append(answers(410))
    async with delivering(office):
        set_address(office, inside, "第一")
        webhook = await office.until(state=lambda state: state == "DISABLED")
        assert (webhook["lastError"], webhook["lastStatus"], webhook["nextAttemptAt"]) == ("GONE", 410, None)
        assert (await office.does("enableWebhook", version=webhook["version"]))["errors"] == []
        assert len(await taken(receiver, 1)) == 1, "it goes on where it stood"


async def test_who_fails_for_too_long_is_given_up_and_goes_on_where_it_stood(
    own_province_url: str, county: OrganizationRecord, receiver: Receiver, inside: MemberRecord
) -> None:
    async with office_over(own_province_url, county, patient(given_up_after=timedelta(seconds=0.3))) as office:
        receiver.secret = await office.sets(receiver.url)
        receiver.behaves.extend([answers(500)] * 100)
        async with delivering(office):
            set_address(office, inside, "第一", "第二")
            webhook = await office.until(state=lambda state: state == "DISABLED")
            attempts = len(receiver.asked)
            set_address(office, inside, "第三")
            assert (webhook["lastError"], webhook["lastStatus"]) == ("STATUS", 500)
            assert webhook["failures"] >= 2
            assert "HTTP 500" in webhook["message"]
            receiver.behaves.clear()
            enabled = (await office.does("enableWebhook"))["webhook"]
            assert (enabled["state"], enabled["failures"], enabled["lastError"]) == ("ACTIVE", 0, None)
            told = await taken(receiver, 3)
        assert len({each["cursor"] for each in told}) == 3
        assert receiver.ids[0] == receiver.ids[attempts], "the same batch under the same id"
        entries = await office.api.database.rows(
            select(AuditEntry.operation, AuditEntry.details["status"].astext)
            .where(AuditEntry.target == "Partner:1")
            .order_by(AuditEntry.id)
        )
        assert entries == [
            ("registerPartner", None),
            ("setWebhook", None),
            ("disableWebhook", "500"),
            ("enableWebhook", None),
        ]
