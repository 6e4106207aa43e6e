"""合作系统管理的问题: what can be wrong with what is asked about partners."""

from collections.abc import Sequence

from domain.codes import ClientState, Scope
from domain.errors import Message, Problem, not_found
from domain.partners import HOUR, LONGEST_NAME, LONGEST_OVERLAP
from domain.texts import has_unprintable_characters


def problems_of_name(name: str) -> list[Problem]:
    if 0 < len(name.strip()) <= LONGEST_NAME and not has_unprintable_characters(name):
        return []
    message = Message(
        f"名称应为 1 至 {LONGEST_NAME} 个可见字符。", f"The name must be 1 to {LONGEST_NAME} visible characters."
    )
    return [Problem("NAME_INVALID", message, ("name",))]


def problems_of_scopes(scopes: Sequence[Scope]) -> list[Problem]:
    if scopes:
        return []
    message = Message("至少选择一个授权范围。", "Choose one scope at least.")
    return [Problem("SCOPES_MISSING", message, ("scopes",))]


def overlap_out_of_bounds() -> Problem:
    hours = LONGEST_OVERLAP // HOUR
    message = Message(
        f"旧密钥的保留时间应为 0 至 {hours} 小时。", f"The former secret can stay good for 0 to {hours} hours."
    )
    return Problem("OVERLAP_OUT_OF_BOUNDS", message, ("overlapHours",))


def conflict(current: int) -> Problem:
    message = Message(
        f"该合作系统已被修改，当前版本为 {current}：请重新载入后再改。",
        f"The partner has been changed meanwhile and is at version {current}: load it again.",
    )
    return Problem("CONFLICT", message, ("version",))


def wrong_state(state: ClientState, argument: str = "id") -> Problem:
    message = Message(
        f"该合作系统当前状态为“{state.chinese}”，不能进行此操作。",
        f"The partner's state is {state.value} ({state.english}), in which this cannot be done.",
    )
    return Problem("WRONG_STATE", message, (argument,))


def no_partner(argument: str = "id") -> Exception:
    return not_found("没有这个合作系统。", "There is no such partner.", ("input", argument))


def no_organization() -> Exception:
    return not_found("没有这个组织。", "There is no such organisation.", ("input", "organization"))
