"""党员: what a person enters into a member's record, and what must hold before it is saved."""

from domain.members.draft import MemberDraft, prefilled
from domain.members.editing import EDITABLE, Changes, code_label, differences, draft_of, edited, entered_value, tidied
from domain.members.saving_rules import SAVING_RULES, problems_of

__all__ = [
    "EDITABLE",
    "SAVING_RULES",
    "Changes",
    "MemberDraft",
    "code_label",
    "differences",
    "draft_of",
    "edited",
    "entered_value",
    "prefilled",
    "problems_of",
    "tidied",
]
