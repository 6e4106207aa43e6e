from domain.codes.code_list import CodeList


class RequestKind(CodeList):
    """审批事项: what is asked for."""

    ADMISSION = "ADMISSION", "新增申请(补录)", "a member enters the register"
    EXPULSION = "EXPULSION", "出党", "a member is expelled"
    SUSPENSION = "SUSPENSION", "停止党籍", "a member's membership is suspended"
    DEATH = "DEATH", "去世", "a member has died"
    OTHER_REMOVAL = "OTHER_REMOVAL", "其他原因减少", "a member leaves for another reason"
    RENAME = "RENAME", "党员更名", "a member's name changes"
    REAL_NAME_FILING = (
        "REAL_NAME_FILING",
        "实名认证申请/备案",
        "a person is filed whom the real-name check does not know",
    )


class LeavingKind(CodeList):
    """减少类别: the requests by which members leave."""

    EXPULSION = "EXPULSION", "出党", "the member is expelled"
    SUSPENSION = "SUSPENSION", "停止党籍", "the membership is suspended"
    DEATH = "DEATH", "去世", "the member has died"
    OTHER_REMOVAL = "OTHER_REMOVAL", "其他原因减少", "the member leaves for another reason"


class RequestState(CodeList):
    """审批状态: how far a request has come."""

    PENDING = "PENDING", "待审批", "to be decided"
    APPROVED = "APPROVED", "已通过", "approved"
    REJECTED = "REJECTED", "未通过", "rejected"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn by the organisation that asked"


class RequestList(CodeList):
    """申请列表: which requests one looks at."""

    ALL = "ALL", "全部", "all that concern the caller's subtree"
    TO_DECIDE = "TO_DECIDE", "待我审批", "those that the caller may decide"
    ASKED_BY_US = "ASKED_BY_US", "我方提出", "those that the caller's own organisation asked for"
    DECIDED_BY_US = "DECIDED_BY_US", "我方已审批", "those that the caller's own organisation decided or withdrew"
    REAL_NAME = (
        "REAL_NAME",
        "实名认证列表",
        "those for real-name filing in the caller's subtree, cancelled ones left out",
    )


class FilingStatus(CodeList):
    """实名认证列表状态: what a request for real-name filing has come to."""

    UNVERIFIED = "UNVERIFIED", "暂未认证", "to be decided"
    FILED = "FILED", "已备案", "filed"
    REJECTED = "REJECTED", "未通过", "rejected"
    CANCELLED = "CANCELLED", "已取消", "cancelled by the organisation that asked"


class HistoryKind(CodeList):
    """历史党员类别: why someone is a member no more."""

    EXPELLED = "EXPELLED", "出党", "expelled"
    SUSPENDED = "SUSPENDED", "停止党籍", "membership suspended"
    DECEASED = "DECEASED", "去世", "deceased"
    OTHER = "OTHER", "其他原因减少", "left for another reason"
