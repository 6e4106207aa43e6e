"""全局标识: Relay's opaque ids, the type and the number of a record in base64url."""

from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Iterable
from typing import NamedTuple

import strawberry

from domain.errors import CallerError, bad_input

_LARGEST_NUMBER = 2**63 - 1


class Identifier(NamedTuple):
    type_name: str
    number: int


def encoded(type_name: str, number: int) -> strawberry.ID:
    """Letters, digits and a colon give none of the characters in which base64url differs from base64."""
    return strawberry.ID(b2a_base64(f"{type_name}:{number}".encode(), newline=False).decode())


def decoded(text: str, argument: str = "id") -> Identifier:
    """A caller's error for what is no id of this server."""
    try:
        type_name, _, number = urlsafe_b64decode(text).decode("ascii").partition(":")
        if number.isdigit() and int(number) <= _LARGEST_NUMBER and encoded(type_name, int(number)) == text:
            return Identifier(type_name, int(number))
    except ValueError:
        pass
    raise _malformed(argument)


def number_of(type_name: str, text: str, argument: str = "id") -> int:
    """The number of a record of that type; a caller's error for the id of another type."""
    identifier = decoded(text, argument)
    if identifier.type_name != type_name:
        raise bad_input(
            f"参数 {argument} 应是 {type_name} 的 id，而不是 {identifier.type_name} 的 id。",
            f"The argument {argument} must be the id of a {type_name}, not of a {identifier.type_name}.",
            (argument,),
        )
    return identifier.number


def numbers_of(type_name: str, identifiers: Iterable[str] | None, argument: str) -> list[int]:
    """As `number_of`, of each; none of None."""
    return [number_of(type_name, each, argument) for each in identifiers or ()]


def organization_number(text: str) -> int | None:
    """The number of the organisation whose id it is; None for what is no such id."""
    try:
        return number_of("Organization", text)
    except CallerError:
        return None


def _malformed(argument: str) -> CallerError:
    return bad_input(
        f"参数 {argument} 不是有效的 id。请使用查询结果中的 id 字段。",
        f"The argument {argument} is no id. Use the `id` field of an answer.",
        (argument,),
    )
