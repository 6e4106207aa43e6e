"""默认权限细分表: what each role and tier may see, as shipped.

Each field of the schema names its class (see `schema/types/`); this table says what a class means to whom.
"""

from collections.abc import Mapping

from auth.actor import Role, Tier
from auth.visibility import Visibility
from domain.codes import CodeList


class FieldClass(CodeList):
    """字段类别: fields that the default matrix treats alike."""

    STRUCTURE = "STRUCTURE", "组织信息", "the organisation tree"
    RECORD = "RECORD", "党员信息", "members' records, and numbers of members"
    PERSONAL = "PERSONAL", "敏感个人信息", "identity number, phone, home address"


_ADMINISTRATOR, _OFFICER, _AUDITOR = Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR
_COUNTY, _APPROVING, _OTHER = Tier.COUNTY_OR_ABOVE, Tier.APPROVING_COMMITTEE, Tier.OTHER_GRASSROOTS
_HIDDEN, _MASKED, VISIBLE = Visibility.HIDDEN, Visibility.MASKED, Visibility.VISIBLE

# fmt: off
_TABLE = (
    # role            tier        STRUCTURE  RECORD    PERSONAL
    (_ADMINISTRATOR,  _COUNTY,    VISIBLE,   VISIBLE,  VISIBLE),
    (_ADMINISTRATOR,  _APPROVING, VISIBLE,   VISIBLE,  _MASKED),
    (_ADMINISTRATOR,  _OTHER,     VISIBLE,   VISIBLE,  _MASKED),
    (_OFFICER,        _COUNTY,    VISIBLE,   _HIDDEN,  _HIDDEN),
    (_OFFICER,        _APPROVING, VISIBLE,   _HIDDEN,  _HIDDEN),
    (_OFFICER,        _OTHER,     VISIBLE,   _HIDDEN,  _HIDDEN),
    (_AUDITOR,        _COUNTY,    VISIBLE,   _HIDDEN,  _HIDDEN),
    (_AUDITOR,        _APPROVING, VISIBLE,   _HIDDEN,  _HIDDEN),
    (_AUDITOR,        _OTHER,     VISIBLE,   _HIDDEN,  _HIDDEN),
)
# fmt: on

DEFAULT_MATRIX: Mapping[tuple[Role, Tier, FieldClass], Visibility] = {
    (role, tier, field_class): visibility
    for role, tier, *row in _TABLE
    for field_class, visibility in zip(FieldClass, row, strict=True)
}
