"""重复提交: use cases that give their first outcome when they are asked again under the same idempotency key.

A use case saves within `saving`, tells by `session.outcome` what it made, and is `repeatable`: by a function that reads
that again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from domain.errors import RefusedError
from domain.idempotency import KEY_REUSED, Claim, Outcome
from storage.engine import Database
from storage.idempotency_keys import FirstCall, claim_key, first_call, free_key, is_used_otherwise, keep_outcome
from storage.writing import WriteSession


class Saver(Protocol):
    """On whose behalf something is saved, under an idempotency key if there is one."""

    @property
    def database(self) -> Database: ...

    @property
    def claim(self) -> Claim | None: ...


SaverT = TypeVar("SaverT", bound=Saver)
ValueT = TypeVar("ValueT")
Given = ParamSpec("Given")
UseCase = Callable[Concatenate[SaverT, Given], Awaitable[ValueT]]


class RepeatedError(Exception):
    """The key has been used for the same before; nothing was saved now."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


@asynccontextmanager
async def saving(saver: Saver) -> AsyncIterator[WriteSession]:
    """A transaction that claims the key first and keeps its outcome last. RepeatedError, and KEY_REUSED refused."""
    async with saver.database.writing() as session:
        if saver.claim is not None:
            _require_none(await claim_key(session, saver.claim), saver.claim)
        yield session
        if saver.claim is not None:
            await _settle(session, saver.claim)


async def _settle(session: WriteSession, claim: Claim) -> None:
    """Without an outcome, as of a wrong code that was only counted, the key is free."""
    if session.outcome is None:
        await free_key(session, claim)
    else:
        await keep_outcome(session, claim, session.outcome)


def repeatable(
    again: Callable[[SaverT, Outcome], Awaitable[ValueT]],
) -> Callable[[UseCase[SaverT, Given, ValueT]], UseCase[SaverT, Given, ValueT]]:
    """`again` gives what the use case gave, as it stands now, from the outcome that it told."""

    def decorated(use_case: UseCase[SaverT, Given, ValueT]) -> UseCase[SaverT, Given, ValueT]:
        @wraps(use_case)
        async def once(saver: SaverT, /, *given: Given.args, **named: Given.kwargs) -> ValueT:
            try:
                await require_first(saver)
                return await _first(saver, use_case(saver, *given, **named))
            except RepeatedError as repeated:
                return await again(saver, repeated.outcome)

        return once

    return decorated


async def nothing(_: SaverT, __: Outcome) -> None:
    """For use cases that give nothing."""


async def _first(saver: Saver, call: Awaitable[ValueT]) -> ValueT:
    """What is refused may be so because the same call is being saved just now, elsewhere, which is waited for."""
    try:
        return await call
    except RefusedError:
        if saver.claim is not None:
            await _wait_for_the_same(saver, saver.claim)
        raise


async def _wait_for_the_same(saver: Saver, claim: Claim) -> None:
    """RepeatedError once it is saved; and where it is not, the key is as free as it was."""
    async with saver.database.writing() as session:
        _require_none(await claim_key(session, claim), claim)
        await free_key(session, claim)


async def require_first(saver: Saver) -> None:
    """RepeatedError when the same has been saved under the key, RefusedError when something else has."""
    if saver.claim is not None:
        _require_none(await first_call(saver.database, saver.claim), saver.claim)


async def require_same_input(saver: Saver) -> None:
    """RefusedError when a part of another input has been saved under the key."""
    if saver.claim is not None and await is_used_otherwise(saver.database, saver.claim):
        raise RefusedError(KEY_REUSED)


def _require_none(first: FirstCall | None, claim: Claim) -> None:
    if first is None:
        return
    if first.fingerprint != claim.fingerprint:
        raise RefusedError(KEY_REUSED)
    raise RepeatedError(first.outcome)
