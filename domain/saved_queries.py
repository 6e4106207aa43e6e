"""常用查询: a query that somebody has saved under a name."""

from datetime import datetime
from typing import NamedTuple

from domain.errors import Message, Problem
from domain.texts import has_unprintable_characters

LONGEST_NAME = 50
MOST_SAVED = 200
"""Of one person."""


class SavedQueryRecord(NamedTuple):
    """常用查询. `question` is sealed. `organization_id` is the one with whose subtree it is shared."""

    id: int
    owner: str
    organization_id: int
    name: str
    subject: str
    is_shared: bool
    question: str
    version: int
    created_at: datetime
    updated_at: datetime


def problems_of_name(name: str) -> list[Problem]:
    if not name.strip():
        return [_wrong_name("请填写名称。", "Give it a name.")]
    if len(name.strip()) > LONGEST_NAME:
        return [_wrong_name(f"名称最多 {LONGEST_NAME} 个字符。", f"The name may have {LONGEST_NAME} characters.")]
    if has_unprintable_characters(name):
        return [_wrong_name("名称含有不可见字符。", "The name has characters that cannot be seen.")]
    return []


def _wrong_name(chinese: str, english: str) -> Problem:
    return Problem("NAME_INVALID", Message(chinese, english), ("name",))


NAME_TAKEN = Problem(
    "NAME_TAKEN",
    Message("您已有同名的常用查询。", "You have a saved query of that name already."),
    ("name",),
)
TOO_MANY_SAVED = Problem(
    "TOO_MANY_SAVED_QUERIES",
    Message(
        f"每人最多保存 {MOST_SAVED} 个常用查询，请先删除不用的。",
        f"One person may save {MOST_SAVED} queries. Remove some that are not used.",
    ),
)
ONE_SUBJECT = Problem(
    "ONE_SUBJECT",
    Message(
        "请在 members 与 historyMembers 中给出且只给出一个。",
        "Give one of `members` and `historyMembers`, and not both.",
    ),
)
OTHER_SUBJECT = Problem(
    "OTHER_SUBJECT",
    Message("查询对象不能更改；请另存为新的常用查询。", "Of whom it asks cannot be changed. Save it as another query."),
)


def conflict(version: int) -> Problem:
    return Problem(
        "CONFLICT",
        Message(
            f"该常用查询已被修改，当前版本为 {version}。请重新载入。",
            f"The saved query has been changed meanwhile; its version is {version}. Load it again.",
        ),
        ("version",),
    )
