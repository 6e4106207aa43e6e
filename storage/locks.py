"""Locks on what has no row of its own."""

from sqlalchemy import func, select

from storage.writing import WriteSession

_NUMBER_OF_ALL = 7_367_014
"""The first half of the key, so that no other lock of ours is meant."""


async def hold_person(session: WriteSession, purpose: str, subject: str) -> None:
    """Until the transaction ends: whoever wants the same for the same person waits."""
    key = func.hashtext(f"{purpose}\x1f{subject}")
    await session.execute(select(func.pg_advisory_xact_lock(_NUMBER_OF_ALL, key)))
