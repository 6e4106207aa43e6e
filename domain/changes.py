"""变更: what is told of a change of the register, and how a place in the order of changes is written."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from domain.codes import ChangeType
from domain.errors import CallerError, Message, Problem, bad_input


class ChangeRecord(NamedTuple):
    """变更事件. `org_path` is where the object is, `former_path` where it was if it has moved; `columns` changed."""

    position: int
    type: ChangeType
    object_id: int
    org_path: str
    former_path: str | None
    columns: Sequence[str]
    changed_at: datetime

    def lies_within(self, path: str) -> bool:
        """Also what has left it by this change, so that whoever looks there learns that it is gone."""
        former = self.former_path
        return self.org_path.startswith(path) or (former is not None and former.startswith(path))


class FeedState(NamedTuple):
    """How far the changes reach: `series` is another for another register; `position` that of the last, `forgotten`
    that of the last which is not kept any more."""

    series: int
    position: int
    forgotten: int


OF_COLUMNS = frozenset({ChangeType.MEMBER_CHANGED, ChangeType.HISTORY_MEMBER_CHANGED})
OF_COLUMNS |= {ChangeType.ORGANIZATION_CHANGED, ChangeType.REQUEST_CHANGED}
"""The types of changes that are told only to whoever may see one of the columns."""


_OF_REQUESTS = frozenset({ChangeType.REQUEST_SUBMITTED, ChangeType.REQUEST_CHANGED, ChangeType.REQUEST_REMOVED})


def may_concern_deciders(change: ChangeRecord) -> bool:
    """Whether somebody may have got another thing to decide by it: also when an organisation is moved in the tree, or
    decides on real-name filing from now on, or no more."""
    if change.type is ChangeType.ORGANIZATION_CHANGED:
        return change.former_path is not None or "can_file_real_names" in change.columns
    return change.type in _OF_REQUESTS


@dataclass(frozen=True, slots=True)
class Followed:
    """Which changes: those within a path, of these types; of a type in `OF_COLUMNS`, of one of these columns."""

    path: str
    types: Mapping[ChangeType, frozenset[str]]

    def has(self, change: ChangeRecord) -> bool:
        columns = self.types.get(change.type)
        if columns is None or not change.lies_within(self.path):
            return False
        return change.type not in OF_COLUMNS or not columns.isdisjoint(change.columns)

    def moved_along(self, change: ChangeRecord) -> "Followed":
        """When the organisation itself, or one above it, has moved in the tree."""
        former = change.former_path
        if change.type is not ChangeType.ORGANIZATION_CHANGED or former is None or not self.path.startswith(former):
            return self
        return replace(self, path=change.org_path + self.path[len(former) :])


class ChangeCursor(NamedTuple):
    """变更游标: a place in the order of changes. Whoever has read up to it goes on after it and misses nothing."""

    series: int
    position: int

    def __str__(self) -> str:
        text = f"changes:{self.series}:{self.position}"
        return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    def require_kept(self, state: FeedState, argument: str) -> None:
        """A caller's error when what comes after it is not kept any more, or it is of another register."""
        if self.series != state.series or not state.forgotten <= self.position <= state.position:
            raise cursor_expired(argument)


def cursor_expired(argument: str) -> CallerError:
    return CallerError(Problem("CURSOR_EXPIRED", _EXPIRED, (argument,)))


_EXPIRED = Message(
    "游标之后的变更已不再保留。请先用 changeCursor 取得当前游标，再重新读取全部数据，然后从该游标继续订阅。",
    "What follows this cursor is not kept any more. Ask for changeCursor first, read everything anew, and then go on "
    "after that cursor.",
)


def change_cursor(text: str, argument: str) -> ChangeCursor:
    """A caller's error for what is no cursor of changes."""
    try:
        name, series, position = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(":")
        if name == "changes" and series.isdigit() and position.isdigit():
            return ChangeCursor(int(series), int(position))
    except ValueError:
        pass
    raise bad_input(
        f"参数 {argument} 不是有效的变更游标。请使用变更事件或 changeCursor 给出的游标。",
        f"The argument {argument} is no cursor of changes. Use one that an event or changeCursor gave.",
        (argument,),
    )


class ToldChange(NamedTuple):
    """A change, and the series that its cursor is of."""

    series: int
    change: ChangeRecord

    @property
    def cursor(self) -> str:
        return str(ChangeCursor(self.series, self.change.position))

    @property
    def same_for_all(self) -> tuple[int, int]:
        """Equal for whoever is told of this change."""
        return self.series, self.change.position
