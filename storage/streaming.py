"""Reading more rows than memory should hold."""

from collections.abc import AsyncGenerator
from typing import Any

from psycopg import AsyncConnection
from psycopg.errors import IdleInTransactionSessionTimeout, QueryCanceled
from sqlalchemy import Executable

from storage.errors import LOST, StatementTimedOutError, unavailable
from storage.privileges import SERVER_ROLE
from storage.statements import statement_of

_AT_ONCE = 500
# To sort would be to hold everything somewhere before the first row comes; an index gives it in order.
_WITHOUT_SORTING = "-c enable_sort=off"
# Who reads everything is served best by what gives the last row soonest, not the first.
_TO_THE_END = "-c cursor_tuple_fraction=1"
_LONGEST_FETCH = 300
"""Seconds that some rows may take to come; the first of all may be far behind in the index that gives the order."""

_OPTIONS = f"-c role={SERVER_ROLE} -c timezone=UTC -c jit=off -c statement_timeout={_LONGEST_FETCH * 1000}"


async def streamed(
    url: str, statement: Executable, *, may_sort: bool = False, longest_pause: float = 0
) -> AsyncGenerator[list[tuple[Any, ...]], None]:
    """All rows as they were at one moment, some at a time, over a connection of its own.

    `longest_pause` in seconds between two times; 0 is any.
    """
    pause = f"-c idle_in_transaction_session_timeout={int(longest_pause * 1000)}"
    options = f"{_OPTIONS} {pause} {_TO_THE_END}" if may_sort else f"{_OPTIONS} {pause} {_WITHOUT_SORTING}"
    ready = statement_of(statement)
    try:
        async with (
            await AsyncConnection.connect(url, options=options) as connection,
            connection.cursor("streamed") as cursor,
        ):
            await connection.set_read_only(True)  # not by an option: libpq would take the host for one without writes
            await cursor.execute(ready.text, ready.values)
            while rows := await cursor.fetchmany(_AT_ONCE):
                yield rows
    except QueryCanceled as error:
        raise StatementTimedOutError from error
    except (*LOST, IdleInTransactionSessionTimeout) as error:
        raise unavailable(error) from error
