from domain.codes.code_list import CodeList


class QuerySubject(CodeList):
    """查询对象: of whom a query is asked."""

    MEMBERS = "MEMBERS", "党员", "members"
    HISTORY_MEMBERS = "HISTORY_MEMBERS", "历史党员", "members who have left"


class ExportFormat(CodeList):
    """导出格式."""

    CSV = "CSV", "CSV 文本", "text with commas, in UTF-8 with a byte order mark"
    XLSX = "XLSX", "工作簿", "a workbook of Excel and WPS"


class ExportState(CodeList):
    """导出状态."""

    QUEUED = "QUEUED", "排队中", "waits for a worker"
    RUNNING = "RUNNING", "导出中", "is being written"
    READY = "READY", "可下载", "can be downloaded until it expires"
    FAILED = "FAILED", "失败", "could not be written; the reason is told"
    CANCELLED = "CANCELLED", "已取消", "was stopped"


class ExportFailure(CodeList):
    """导出失败原因."""

    NOT_ALLOWED = "NOT_ALLOWED", "无权导出", "whoever asked for it may not have it any more"
    OUTDATED = "OUTDATED", "查询已失效", "what was asked does not fit the register's fields any more"
    GIVEN_UP = (
        "GIVEN_UP",
        "已中止",
        "it was begun several times and never came to its end, or somebody was erased meanwhile",
    )
