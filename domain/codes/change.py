from domain.codes.code_list import CodeList


class ChangeType(CodeList):
    """变更类型: what a change was made to, and what became of it."""

    MEMBER_ADDED = "MEMBER_ADDED", "党员新增", "a member has entered the register"
    MEMBER_CHANGED = "MEMBER_CHANGED", "党员变更", "a member's record has changed, the branch included"
    MEMBER_LEFT = "MEMBER_LEFT", "党员减少", "a member has left, and is a history member now"
    MEMBER_RESTORED = "MEMBER_RESTORED", "党员恢复", "a history member is a member again"
    HISTORY_MEMBER_CHANGED = "HISTORY_MEMBER_CHANGED", "历史党员变更", "a history member's record has changed"
    HISTORY_MEMBER_ERASED = "HISTORY_MEMBER_ERASED", "历史党员删除", "a history member has been erased for good"
    ORGANIZATION_ADDED = "ORGANIZATION_ADDED", "党组织新增", "an organisation has been added"
    ORGANIZATION_CHANGED = "ORGANIZATION_CHANGED", "党组织变更", "an organisation has changed, its place included"
    ORGANIZATION_REMOVED = "ORGANIZATION_REMOVED", "党组织撤销", "an organisation is gone"
    REQUEST_SUBMITTED = "REQUEST_SUBMITTED", "审批申请提交", "a request has been submitted"
    REQUEST_CHANGED = "REQUEST_CHANGED", "审批申请变更", "a request has been decided, withdrawn or changed"
    REQUEST_REMOVED = "REQUEST_REMOVED", "审批申请删除", "a request is gone with the record of whom it was about"


class ToDecideChange(CodeList):
    """待审批变化: what has become of the requests that somebody may decide."""

    STANDING = "STANDING", "现状", "all that wait by now: whatever is held of before is replaced by them"
    ADDED = "ADDED", "新增", "the request waits for the caller's decision from now on"
    CHANGED = "CHANGED", "变更", "the request, which goes on waiting, has changed"
    REMOVED = "REMOVED", "移出", "the request does not wait for the caller any more: it was decided, or is another's"
