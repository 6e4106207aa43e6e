"""账号导入列: the columns of a file of accounts."""

from domain.codes import Role
from sheets.cells import code_reader, read_identity_number, read_plain_text, read_text
from sheets.columns import Column

ACCOUNT_COLUMNS = (
    Column("name", ("姓名", "name"), is_required=True, read=read_text),
    Column(
        "identity_number",
        ("公民身份证号", "identityNumber", "identity number", "公民身份号码", "身份证号", "身份证号码"),
        is_required=True,
        read=read_identity_number,
    ),
    Column("phone", ("手机号", "phone", "手机号码", "联系电话"), is_required=True, read=read_plain_text),
    Column(
        "organization_id",
        ("所管理组织", "organization", "所管理的组织", "管理组织", "organizationId"),
        is_required=True,
        read=read_text,  # a reference, which the register knows
    ),
    Column("role", ("角色", "role", "账号角色"), is_required=True, read=code_reader(Role)),
)
