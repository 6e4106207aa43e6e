"""The closed lists of codes (代码表), with their labels and the codes that standards give them."""

from domain.codes.code_list import CodeList
from domain.codes.ethnicity import Ethnicity
from domain.codes.member import (
    Education,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    WorkPosition,
)
from domain.codes.organization import OrganizationKind

__all__ = [
    "CodeList",
    "Education",
    "Ethnicity",
    "FloatingDirection",
    "Gender",
    "MemberCategory",
    "MembershipStatus",
    "OrganizationKind",
    "RealNameStatus",
    "WorkPosition",
]
