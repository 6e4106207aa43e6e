from domain.codes.code_list import CodeList


class Severity(CodeList):
    """严重程度 of a breach of a validation rule."""

    ERROR = "ERROR", "错误", "must be corrected"
    WARNING = "WARNING", "警告", "should not normally occur: verify it"
    HINT = "HINT", "提醒", "allowed, but look at it"


class CheckState(CodeList):
    """批量校验状态."""

    QUEUED = "QUEUED", "排队中", "waits for a worker"
    RUNNING = "RUNNING", "校验中", "is under way"
    DONE = "DONE", "已完成", "all members were checked"
    CANCELLED = "CANCELLED", "已取消", "was stopped; what it had found stays"
