from domain.codes.code_list import CodeList


class Visibility(CodeList):
    """查看权限 of a field."""

    HIDDEN = "HIDDEN", "不可见", "hidden: no use of the field at all"
    MASKED = "MASKED", "脱敏", "masked: shown with its middle hidden, found only by its exact value"
    VISIBLE = "VISIBLE", "可见", "visible"
