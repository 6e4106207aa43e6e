"""党员导入列: the columns of a file of members."""

from collections.abc import Mapping

from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    WorkPosition,
)
from domain.members.field_labels import FIELD_LABELS
from domain.members.saving_rules import REQUIRED_FIELDS
from domain.texts import camel_case
from sheets.cells import (
    CellReader,
    code_reader,
    read_date,
    read_identity_number,
    read_plain_text,
    read_text,
    read_truth,
)
from sheets.columns import Column

_READERS: Mapping[str, CellReader] = {
    "name": read_text,
    "identity_number": read_identity_number,
    "gender": code_reader(Gender),
    "ethnicity": code_reader(Ethnicity),
    "birth_date": read_date,
    "education": code_reader(Education),
    "category": code_reader(MemberCategory),
    "branch_id": read_text,  # an id or a name, which the register knows
    "joined_on": read_date,
    "formal_on": read_date,
    "work_position": code_reader(WorkPosition),
    "phone": read_plain_text,
    "home_address": read_text,
    "status": code_reader(MembershipStatus),
    "lost_contact": read_truth,
    "lost_contact_since": read_date,
    "floating": read_truth,
    "floating_direction": code_reader(FloatingDirection),
}

_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "identity_number": ("公民身份号码", "身份证号", "身份证号码"),
    "branch_id": ("党支部", "branch"),
    "joined_on": ("入党日期",),
    "phone": ("手机号", "手机号码"),
    "lost_contact": ("失联党员", "是否失联"),
    "floating": ("是否为流动党员", "流动党员"),
}

_READ_FROM_THE_IDENTITY_NUMBER = ("gender", "birth_date")


def _column(field: str, reader: CellReader) -> Column:
    label = FIELD_LABELS[field]
    return Column(
        field=field,
        names=(label.chinese, camel_case(field), label.english, *_OTHER_NAMES.get(field, ())),
        is_required=field in REQUIRED_FIELDS and field not in _READ_FROM_THE_IDENTITY_NUMBER,
        read=reader,
    )


MEMBER_COLUMNS: tuple[Column, ...] = tuple(_column(field, reader) for field, reader in _READERS.items())
