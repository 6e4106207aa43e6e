from datetime import date

import strawberry

from domain.codes import Gender
from schema.resolving import of_record
from schema.traits import open_field
from schema.types.member import age_of


@strawberry.type(description="预填内容。What an identity number says of its holder; people may correct it.")
class MemberPrefill:
    gender: Gender | None = open_field("性别", "Gender; null when the number does not say it.")
    birth_date: date | None = open_field("出生日期", "Date of birth; null when the number does not say it.")
    age: int | None = open_field("年龄", "Age: completed years today, in Asia/Shanghai.", resolver=of_record(age_of))
