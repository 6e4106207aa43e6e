import strawberry

from auth.default_matrix import FieldClass
from schema.traits import record_field

BUSINESS = FieldClass.BUSINESS


@strawberry.type(
    description="字段变更。What a request changes in one field of the record; fields that the caller may not see are left out."
)
class FieldChange:
    # fmt: off
    field: str = record_field("字段", "Name of the field, as `Member` has it; `kind` of `HistoryMember` when the member is to leave.", read=BUSINESS)
    label: str = record_field("字段名称", "What people call the field, in the caller's language.", read=BUSINESS)
    before: str | None = record_field("变更前", "What stood there; null when nothing did. Codes by their names, dates as ISO 8601.", read=BUSINESS)
    after: str | None = record_field("变更后", "What is to stand there.", read=BUSINESS)
    before_label: str | None = record_field("变更前名称", "What people call the code or the organisation that stood there, in the caller's language.", read=BUSINESS)
    after_label: str | None = record_field("变更后名称", "What people call the code or the organisation that is to stand there.", read=BUSINESS)
    # fmt: on
