"""规范形式: inputs as bytes, equal for equal inputs, by which it is known whether a mutation is the same as before."""

import json
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any

from schema.optional import ABSENT

_NO_PART = {"idempotency_key"}


def canonical(input: Any) -> bytes:
    """What was left out is no part of it, so that inputs stay the same when the schema gets a new field."""
    return json.dumps(_plain(input), sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        named = ((part.name, getattr(value, part.name)) for part in fields(value) if part.name not in _NO_PART)
        return {name: _plain(part) for name, part in named if part is not ABSENT}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    if isinstance(value, date):  # and moments, which are dates too
        return value.isoformat()
    return value.name if isinstance(value, Enum) else value
