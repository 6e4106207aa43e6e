import strawberry

from auth.visibility import Visibility
from schema.traits import open_field


@strawberry.type(description="字段权限。What the caller may do with one field.")
class FieldPermission:
    field: str = open_field("字段", "The field, as `Type.field`.")
    read: Visibility = open_field("查看权限", "What the caller may see of it.")
    write: bool = open_field("修改权限", "Whether the caller may write it.")
