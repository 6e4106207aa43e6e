"""校验的先后: what keeps a save and a check from writing results of what the other has changed meanwhile.

Whoever writes results reads the members after these locks are held, and keeps them until the transaction ends. They are
taken after all others and nothing is waited for any more once they are held, so that nobody waits in a circle.
"""

from collections.abc import Collection
from zlib import crc32

from sqlalchemy import ARRAY, Integer, bindparam, func, select

from storage.writing import Transaction

_RESULTS = 7_367_016
_SHARED_VALUES = 7_367
"""The first half of a lock's name, of which the second is made from an identity number or a phone."""


async def hold_against_saves(session: Transaction) -> None:
    """For a check of many: there is no save that has written results and is not committed yet."""
    await session.execute(select(func.pg_advisory_xact_lock(_RESULTS)))


async def hold_against_checks(session: Transaction, values: Collection[str]) -> None:
    """For a save: there is neither a check that writes, nor another save of who has one of these numbers and phones."""
    names = sorted({_name(value) for value in values})
    each = func.unnest(bindparam(None, names, type_=ARRAY(Integer), unique=True)).table_valued("name").render_derived()
    locks = select(func.pg_advisory_xact_lock_shared(_RESULTS), func.pg_advisory_xact_lock(_SHARED_VALUES, each.c.name))
    await session.execute(locks)


def _name(value: str) -> int:
    """As a number of 32 bits with a sign. Two values of one name wait for each other without need, and no more."""
    return crc32(value.encode()) - 2**31
