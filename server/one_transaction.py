from collections.abc import Awaitable, Callable
from typing import TypeVar

from storage.engine import connect
from storage.writing import WriteSession

ResultT = TypeVar("ResultT")


async def in_one_transaction(url: str, audit_key: bytes, work: Callable[[WriteSession], Awaitable[ResultT]]) -> ResultT:
    """For what a command does, or a server before it answers, on a connection that is closed afterwards."""
    async with connect(url, connections=1, audit_key=audit_key) as database, database.writing() as session:
        return await work(session)
