"""推送: receivers that fail in every way get everything all the same, in order, and are told apart."""

import asyncio
from datetime import datetime, timedelta
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from domain.records import MemberRecord, OrganizationRecord
from storage.models import AuditEntry
from tests.gateway import Asked, Behaviour, Gateway, answers, hangs, hangs_up, says, takes, trickles
from tests.receiver import Receiver, receiving
from tests.server.webhooks.test_delivering import taken
from tests.webhooks import Office, delivering, office_over, patient, set_address


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
            assert attempts >= 2
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
