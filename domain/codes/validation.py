from domain.codes.code_list import CodeList


class Severity(CodeList):
    """严重程度 of a breach of a validation rule."""

    ERROR = "ERROR", "错误", "must be corrected"
    WARNING = "WARNING", "警告", "should not normally occur: verify it"
    HINT = "HINT", "提醒", "allowed, but look at it"
