"""推送: a process that is killed in the midst of a request is followed by another; nothing is lost, and the order kept."""

import asyncio
from pathlib import Path

import pytest

from auth.secret_files import code_key, secret_at
from domain.records import MemberRecord, OrganizationRecord
from tests.api.test_changes import PAGE
from tests.chaos.servers import Server
from tests.gateway import eventually, hangs
from tests.receiver import Receiver
from tests.webhooks import office_over, set_address

ALLOWED = {
    "DENGTA_WEBHOOK_NETWORKS": "127.0.0.0/8",
    "DENGTA_WEBHOOK_PLAIN_HOSTS": "127.0.0.1",
    "DENGTA_WEBHOOK_TIMEOUT": "60",
}


@pytest.mark.parametrize("after_delivery", [False, True])
async def test_another_process_repeats_the_batch_and_goes_on(
    own_province_url: str, data_directory: Path, county: OrganizationRecord, receiver: Receiver, inside: MemberRecord,
    after_delivery: bool,
) -> None:  # fmt: skip
    key = code_key(secret_at(data_directory / "secret", "-"))
    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(data_directory), **ALLOWED}
    first, second = (Server(environment, data_directory / f"{name}.log") for name in ("first", "second"))
    async with office_over(own_province_url, county, code_key=key) as office:
        receiver.secret = await office.sets(receiver.url)
        receiver.behaves.append(hangs(after_delivery=after_delivery))
        try:
            first.begin()
            await first.until_ready()
            set_address(office, inside, "第一", "第二")
            await eventually(lambda: len(receiver.asked) == 1)
            second.begin()
            await second.until_ready()
            set_address(office, inside, "第三")
            assert len(receiver.asked) == 1, "one at a time, and the first has not been answered"
            first.kill()
            began = asyncio.get_running_loop().time()
            await eventually(lambda: len(receiver.asked) > 1)
            assert asyncio.get_running_loop().time() - began < 5
            set_address(office, inside, "第四")
            await eventually(lambda: len(receiver.changes) >= 4)
            page = await office.api.as_(county).ask(PAGE % "cursor", {"first": 10})
        finally:
            for server in (first, second):
                server.kill()
    assert receiver.ids[0] == receiver.ids[1]
    assert receiver.asked[0].body["data"] == receiver.asked[1].body["data"]
    assert [each["cursor"] for each in receiver.changes] == [node["cursor"] for node in page["changes"]["nodes"]]


async def test_a_worker_delivers_where_the_servers_do_not(
    own_province_url: str, data_directory: Path, county: OrganizationRecord, receiver: Receiver, inside: MemberRecord
) -> None:
    key = code_key(secret_at(data_directory / "secret", "-"))
    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(data_directory), **ALLOWED}
    server = Server({**environment, "DENGTA_JOBS_IN_SERVER": "false"}, data_directory / "server.log")
    worker = Server(environment, data_directory / "worker.log", command="worker")
    async with office_over(own_province_url, county, code_key=key) as office:
        receiver.secret = await office.sets(receiver.url)
        try:
            server.begin()
            await server.until_ready()
            set_address(office, inside, "第一")
            await office.until(lag=lambda lag: lag == 1)
            assert receiver.asked == []
            worker.begin()
            await eventually(lambda: len(receiver.changes) == 1, patience=60)
        finally:
            for each in (server, worker):
                each.kill()
