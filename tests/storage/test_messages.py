import pytest
from psycopg.errors import OperationalError

from storage.engine import Database
from storage.errors import DatabaseUnavailableError
from storage.jobs import Queue, defer_jobs
from storage.messages import OutgoingMessage, queue_message
from storage.statements import Statement

CODE = OutgoingMessage("sign-in:1", "13800000000", "sign_in_code", "您的验证码是 123456")
MESSAGES = Statement("SELECT key, channel, recipient, template, body, state, attempts FROM messages ORDER BY id", {})
JOBS = Statement("SELECT task_name, queue_name, args, status FROM procrastinate_jobs ORDER BY id", {})


async def test_a_message_and_its_job_are_committed_together(database: Database) -> None:
    async with database.writing() as session:
        await queue_message(session, CODE)
        assert await database.rows(MESSAGES) == [], "nobody else sees it before the commit"
    assert await database.rows(MESSAGES) == [
        ("sign-in:1", "SMS", "13800000000", "sign_in_code", "您的验证码是 123456", "PENDING", 0)
    ]
    assert await database.rows(JOBS) == [("deliver_message", "messages", {"message_id": 1}, "todo")]


async def test_a_transaction_that_fails_leaves_neither(database: Database) -> None:
    async def fails() -> None:
        async with database.writing() as session:
            await queue_message(session, CODE)
            raise LookupError

    with pytest.raises(LookupError):
        await fails()
    assert (await database.rows(MESSAGES), await database.rows(JOBS)) == ([], [])


async def test_the_same_key_is_the_same_message(database: Database) -> None:
    for _ in range(2):
        async with database.writing() as session:
            await queue_message(session, CODE)
            await queue_message(session, CODE)
    assert len(await database.rows(MESSAGES)) == len(await database.rows(JOBS)) == 1


@pytest.mark.parametrize("key", ["", "登录:1", "two\nlines", "k" * 256])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        OutgoingMessage(key, "13800000000", "sign_in_code", "123456")


async def test_a_database_lost_while_deferring_is_told_as_such(database: Database) -> None:
    async def loses_it() -> None:
        async with database.writing() as session:
            await session.connection.close()
            await defer_jobs(session, "anything", Queue.MESSAGES, [{}])

    with pytest.raises(DatabaseUnavailableError) as caught:
        await loses_it()
    assert isinstance(caught.value.__cause__, OperationalError)
