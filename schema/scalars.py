from datetime import date, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from domain.files import ReceivedFile

Json = NewType("Json", object)
"""Whatever JSON can hold; it is given out and never taken."""

BigInt = NewType("BigInt", int)
"""An integer that may be greater than those of GraphQL; it is given out and never taken."""

Upload = NewType("Upload", ReceivedFile)
"""A file that came with the request; it is taken and never given out."""

_WRITTEN_DATE = len("2024-02-29")


def _parse_date(value: object) -> date:
    try:
        if isinstance(value, str) and len(value) == _WRITTEN_DATE:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("日期应写作 YYYY-MM-DD，且是存在的一天。A date is written YYYY-MM-DD and is a day that exists.")


def _parse_moment(value: object) -> datetime:
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment
    except ValueError:
        pass
    raise ValueError(
        "时间应为带时区的 ISO 8601 格式，如 2024-02-29T08:00:00+08:00。"
        "A moment is written in ISO 8601 with its offset, as 2024-02-29T08:00:00+08:00."
    )


def _parse_upload(value: object) -> ReceivedFile:
    """What a multipart request put there; nothing that can be written in a document or in JSON."""
    if isinstance(value, ReceivedFile):
        return value
    raise ValueError(
        "文件须按 GraphQL multipart 规范作为 multipart/form-data 请求的一部分上传。"
        "A file is uploaded as a part of a multipart/form-data request, by the GraphQL multipart request specification."
    )


def _never_given_out(value: object) -> object:
    raise TypeError(f"{type(value).__name__} is no output")


def _as_it_is(value: Any) -> Any:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="日期。A calendar date in Asia/Shanghai, written YYYY-MM-DD.",
        serialize=date.isoformat,
        parse_value=_parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="时间。A moment in ISO 8601 with its offset; answers are in UTC.",
        serialize=datetime.isoformat,
        parse_value=_parse_moment,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="大整数。An integer of up to 53 bits, as a number of JSON.",
        serialize=_as_it_is,
        parse_value=_as_it_is,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="上传文件。A file as a part of a multipart request; neither a literal nor a value of JSON.",
        serialize=_never_given_out,
        parse_value=_parse_upload,
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="JSON 值。An object, a list or a plain value of JSON, as it stands.",
        serialize=_as_it_is,
        parse_value=_as_it_is,
    ),
}
