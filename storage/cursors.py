"""游标: the place of a record in an order, as an opaque text.

It holds the values that the order compares, so it stays good when its record changes or goes.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime

import orjson
from sqlalchemy import BigInteger, Boolean, Date, Enum, Integer
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from domain.errors import CallerError, bad_input
from storage.ordering import Keyset, SortKey


def cursor_at(keyset: Keyset, record: object) -> str:
    place = [getattr(record, key.column.key) for key in keyset]
    return urlsafe_b64encode(orjson.dumps([_signature(keyset), *place])).rstrip(b"=").decode()


def place_of(keyset: Keyset, cursor: str, argument: str) -> Sequence[object]:
    """The values that the cursor holds; a caller's error when it is no cursor of this order."""
    try:
        signature, *place = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if signature != _signature(keyset):
            raise _cursor_of_another_order(argument)
        return [_value(key, value) for key, value in zip(keyset, place, strict=True)]
    except (ValueError, TypeError) as error:
        raise _no_cursor(argument) from error


def _signature(keyset: Keyset) -> str:
    return ",".join(key.name for key in keyset)


def _value(key: SortKey, value: object) -> object:
    """The value as its column takes it; ValueError when it cannot be one."""
    if value is None:
        if key.nullable:
            return None
        raise ValueError("the column is never missing")
    column_type = key.column.type
    if isinstance(column_type, Boolean):
        return _flag(value)
    return _number(column_type, value) if isinstance(column_type, Integer) else _from_text(column_type, value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("not a flag")


def _number(column_type: Integer, value: object) -> int:
    largest = 2**63 - 1 if isinstance(column_type, BigInteger) else 2**31 - 1
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= largest:
        return value
    raise ValueError("not a number of the column")


def _from_text(column_type: TypeEngine[object], value: object) -> object:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    if isinstance(column_type, TIMESTAMP):
        return _moment(value)
    if isinstance(column_type, Date):
        return date.fromisoformat(value)
    if isinstance(column_type, Enum) and value not in column_type.enums:
        raise ValueError("not a code of the list")
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its offset")
    return moment


def _no_cursor(argument: str) -> CallerError:
    return bad_input(
        f"参数 {argument} 不是有效的游标。请使用上一页 pageInfo 或 edges 中返回的游标。",
        f"The argument {argument} is no cursor. Use one that pageInfo or edges of an earlier page gave.",
        (argument,),
    )


def _cursor_of_another_order(argument: str) -> CallerError:
    return bad_input(
        f"参数 {argument} 的游标属于另一种排序。翻页时请保持 orderBy 不变。",
        f"The cursor in {argument} belongs to another order. Keep orderBy the same from page to page.",
        (argument,),
    )
