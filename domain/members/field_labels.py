from collections.abc import Mapping

from domain.errors import Message

FIELD_LABELS: Mapping[str, Message] = {
    "name": Message("姓名", "name"),
    "identity_number": Message("公民身份证号", "identity number"),
    "gender": Message("性别", "gender"),
    "ethnicity": Message("民族", "ethnicity"),
    "birth_date": Message("出生日期", "birth date"),
    "education": Message("学历", "education"),
    "category": Message("人员类别", "category"),
    "branch_id": Message("所在党支部", "branch"),
    "joined_on": Message("加入党组织日期", "joined on"),
    "formal_on": Message("转正日期", "formal on"),
    "work_position": Message("工作岗位", "work position"),
    "phone": Message("联系电话", "phone"),
    "home_address": Message("家庭住址", "home address"),
    "status": Message("党籍状态", "membership status"),
    "lost_contact": Message("是否为失联党员", "lost contact"),
    "lost_contact_since": Message("失联日期", "lost contact since"),
    "floating": Message("是否流动党员", "floating"),
    "floating_direction": Message("流动方向", "floating direction"),
    "photo": Message("照片", "photo"),
    "real_name_status": Message("认证状态", "real-name status"),
}
"""What people call each field of a draft, and what comes of verification (collection form, manual section 5.1)."""
