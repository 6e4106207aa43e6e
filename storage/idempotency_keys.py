"""幂等键: who was first with a key, and what came of that."""

from dataclasses import dataclass

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.idempotency import Claim, Outcome
from storage.engine import Database
from storage.models import IdempotencyKey
from storage.writing import WriteSession

_FIRST_CALL = select(IdempotencyKey.fingerprint, IdempotencyKey.outcome)


@dataclass(frozen=True, slots=True)
class FirstCall:
    """With which input a key was used, and what came of it."""

    fingerprint: str
    outcome: Outcome


async def claim_key(session: WriteSession, claim: Claim) -> FirstCall | None:
    """None: the key is this transaction's, and free again if that fails. One at a time: whoever has the same key waits.

    One that is committed has an outcome, so that a row without is the one that was added here.
    """
    new = insert(IdempotencyKey).values(
        subject=claim.subject,
        operation=claim.operation,
        key_hash=claim.key_hash,
        part=claim.part,
        fingerprint=claim.fingerprint,
    )
    # To change nothing is to wait for the row, and to be given it, in the one statement.
    claimed = new.on_conflict_do_update(
        index_elements=list(IdempotencyKey.__table__.primary_key),
        set_={"fingerprint": IdempotencyKey.fingerprint},
    ).returning(IdempotencyKey.fingerprint, IdempotencyKey.outcome)
    [(fingerprint, outcome)] = await session.rows(claimed)
    return None if outcome is None else FirstCall(fingerprint, outcome)


async def keep_outcome(session: WriteSession, claim: Claim, outcome: Outcome) -> None:
    kept = update(IdempotencyKey).where(*_key(claim), IdempotencyKey.part == claim.part)
    await session.execute(kept.values(outcome=Jsonb(outcome)))


async def free_key(session: WriteSession, claim: Claim) -> None:
    await session.execute(delete(IdempotencyKey).where(*_key(claim), IdempotencyKey.part == claim.part))


async def first_call(database: Database, claim: Claim) -> FirstCall | None:
    """As far as it is committed."""
    row = await database.row(_FIRST_CALL.where(*_key(claim), IdempotencyKey.part == claim.part))
    return None if row is None else FirstCall(*row)


async def is_used_otherwise(database: Database, claim: Claim) -> bool:
    """Whether any part of a mutation with that key was saved with another input."""
    another = _FIRST_CALL.where(*_key(claim), IdempotencyKey.fingerprint != claim.fingerprint)
    return await database.row(another.limit(1)) is not None


def _key(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyKey.subject == claim.subject,
        IdempotencyKey.operation == claim.operation,
        IdempotencyKey.key_hash == claim.key_hash,
    )
