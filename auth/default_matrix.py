"""默认权限细分表: what each role and tier may see and change, as shipped.

Each field of the schema names its class (see `schema/types/`); this table says what a class means to whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from auth.actor import Role, Tier
from auth.visibility import Visibility
from domain.codes import CodeList
from domain.errors import Message


class FieldClass(CodeList):
    """字段类别: fields that the default matrix treats alike."""

    STRUCTURE = "STRUCTURE", "组织信息", "the organisation tree"
    RECORD = "RECORD", "党员信息", "members' records, and numbers of members"
    PERSONAL = "PERSONAL", "敏感个人信息", "identity number, phone, home address"
    ADMINISTRATION = "ADMINISTRATION", "系统管理", "accounts, partners and the permission matrix, and what changes them"
    STAFF = "STAFF", "账号持有人信息", "identity number and phone of those who hold accounts"
    AUDIT = "AUDIT", "审计", "the audit log"
    BUSINESS = "BUSINESS", "党务办理", "what changes members' records, each field as far as it may be written"
    TRANSFER = "TRANSFER", "组织关系转接", "what begins, completes and cancels transfers"
    CHANGES = "CHANGES", "变更订阅", "what has changed in the register, and when"


@dataclass(frozen=True, slots=True)
class GovernedField:
    """What the matrix knows of a field. Writable are those that people enter and may correct."""

    field_class: FieldClass
    label: Message
    is_writable: bool = False


_ADMINISTRATOR, _OFFICER, _AUDITOR, _PARTNER = Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER
_COUNTY, _APPROVING, _OTHER = Tier.COUNTY_OR_ABOVE, Tier.APPROVING_COMMITTEE, Tier.OTHER_GRASSROOTS
_HIDDEN, _MASKED, VISIBLE = Visibility.HIDDEN, Visibility.MASKED, Visibility.VISIBLE

# fmt: off
_READ = (
    # role            tier        STRUCTUR RECORD   PERSONAL ADMINIS. STAFF    AUDIT    BUSINESS TRANSFER CHANGES
    (_ADMINISTRATOR,  _COUNTY,    VISIBLE, VISIBLE, VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, _HIDDEN, VISIBLE),
    (_ADMINISTRATOR,  _APPROVING, VISIBLE, VISIBLE, _MASKED, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, _HIDDEN, VISIBLE),
    (_ADMINISTRATOR,  _OTHER,     VISIBLE, VISIBLE, _MASKED, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, _HIDDEN, VISIBLE),
    (_OFFICER,        _COUNTY,    VISIBLE, _HIDDEN, _HIDDEN, VISIBLE, VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN),
    (_OFFICER,        _APPROVING, VISIBLE, _HIDDEN, _HIDDEN, VISIBLE, _MASKED, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN),
    (_OFFICER,        _OTHER,     VISIBLE, _HIDDEN, _HIDDEN, VISIBLE, _MASKED, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN),
    (_AUDITOR,        _COUNTY,    VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN),
    (_AUDITOR,        _APPROVING, VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN),
    (_AUDITOR,        _OTHER,     VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN),
    (_PARTNER,        _COUNTY,    VISIBLE, VISIBLE, VISIBLE, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, VISIBLE),
    (_PARTNER,        _APPROVING, VISIBLE, VISIBLE, _MASKED, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, VISIBLE),
    (_PARTNER,        _OTHER,     VISIBLE, VISIBLE, _MASKED, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, VISIBLE, VISIBLE),
)
# fmt: on

DEFAULT_MATRIX: Mapping[tuple[Role, Tier, FieldClass], Visibility] = {
    (role, tier, field_class): visibility
    for role, tier, *row in _READ
    for field_class, visibility in zip(FieldClass, row, strict=True)
}

MEANT_FOR: Mapping[Role, frozenset[FieldClass]] = {
    role: frozenset(c for c in FieldClass if any(DEFAULT_MATRIX[role, tier, c] is not _HIDDEN for tier in Tier))
    for role in Role
}
"""职责分离: the classes that a role may ever be given; no edit of the matrix goes beyond."""

WRITES: Mapping[Role, frozenset[FieldClass]] = {
    _ADMINISTRATOR: frozenset({FieldClass.RECORD, FieldClass.PERSONAL}),
    _OFFICER: frozenset(),
    _AUDITOR: frozenset(),
    _PARTNER: frozenset(),
}
"""The classes of members' fields that a role may write by default, at every tier; no edit of the matrix goes beyond."""


def default_read(role: Role, tier: Tier, field: GovernedField) -> Visibility:
    return DEFAULT_MATRIX[role, tier, field.field_class]


def may_be_read(role: Role, field: GovernedField) -> bool:
    """职责分离: whether the role may be given the field at all."""
    return field.field_class in MEANT_FOR[role]


def may_be_written(role: Role, field: GovernedField) -> bool:
    """职责分离: whether the role may be given the right to write it at all, which it then has by default."""
    return field.is_writable and field.field_class in WRITES[role]
