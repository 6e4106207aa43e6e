import time
from datetime import UTC, datetime
from typing import NamedTuple

from auth.signing_keys import made_at, retire_key, rotate_keys, signing_keys_at
from server.cli.failing import clear_errors, settings_from_environment


class GoodKey(NamedTuple):
    """`made_at` in ISO 8601; None when that is not known."""

    id: str
    signs: bool
    made_at: str | None


def good_keys() -> list[GoodKey]:
    with clear_errors():
        keys = signing_keys_at(settings_from_environment().signing_key).all()
        return [GoodKey(str(key.kid), number == 0, _made(made_at(key))) for number, key in enumerate(keys)]


def new_key() -> str:
    with clear_errors():
        return str(rotate_keys(settings_from_environment().signing_key, int(time.time())).kid)


def retire(key_id: str) -> None:
    with clear_errors():
        retire_key(settings_from_environment().signing_key, key_id)


def _made(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
