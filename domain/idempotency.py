"""幂等键: by which a mutation that is sent again is known: it gives its first outcome and saves nothing more."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.errors import Message, Problem
from domain.texts import has_unprintable_characters

LONGEST_KEY = 100
KEPT_FOR_HOURS = 24

Outcome = Mapping[str, int | str]
"""Ids of what the first call saved, counts and moments: enough to give it again, and nothing personal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That this call is the one with that key. A key belongs to its caller and to one mutation.

    The key as it was sent is never stored, nor is the input: hashes of both are.
    """

    subject: str
    operation: str
    key: str
    key_hash: str
    fingerprint: str
    part: int = 0
    """Of a mutation that saves record by record: which of them, from 1 on. 0 for the whole."""

    def of_part(self, number: int) -> "Claim":
        return replace(self, part=number)


def claim_of(code_key: bytes, subject: str, operation: str, key: str, content: bytes) -> Claim:
    """`content` is the input in a form that is the same for equal inputs; `code_key` that of `auth.secret_files`."""
    key_hash, fingerprint = (hmac.digest(code_key, value, "sha256").hex() for value in (key.encode(), content))
    return Claim(subject, operation, key, key_hash, fingerprint)


def is_usable_key(key: str) -> bool:
    return 0 < len(key) <= LONGEST_KEY and not has_unprintable_characters(key)


KEY_REUSED = Problem(
    "IDEMPOTENCY_KEY_REUSED",
    Message(
        "此幂等键已用于另一内容的变更，本次未保存：新的变更请用新的幂等键。",
        "This key has been used with another input, and nothing was saved: give a new change a new key.",
    ),
    ("idempotencyKey",),
)
