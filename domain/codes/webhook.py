from domain.codes.code_list import CodeList


class WebhookState(CodeList):
    """推送状态."""

    ACTIVE = "ACTIVE", "推送中", "changes are delivered as they come"
    PAUSED = "PAUSED", "已暂停", "paused by a security officer; goes on where it stands when it is enabled"
    DISABLED = "DISABLED", "已停用", "stopped by the server, for the last error; a security officer can enable it again"


class WebhookError(CodeList):
    """推送问题: why the last attempt to deliver failed, or why there are no more."""

    HOST_NOT_FOUND = "HOST_NOT_FOUND", "找不到主机", "the host's name has no address"
    ADDRESS_REFUSED = "ADDRESS_REFUSED", "地址不允许", "the address lies where this server must not connect to"
    CONNECTION_FAILED = "CONNECTION_FAILED", "连接失败", "no connection, or one that broke, or no HTTP on it"
    CERTIFICATE_REFUSED = "CERTIFICATE_REFUSED", "证书无效", "the certificate is not good for the host's name"
    TIMEOUT = "TIMEOUT", "超时", "no answer in time"
    STATUS = "STATUS", "对方未接收", "the answer's status was none of success"
    GONE = "GONE", "对方已停止接收", "the answer was 410: nothing is wanted there any more"
    PARTNER_SHUT_OUT = "PARTNER_SHUT_OUT", "合作系统已停用", "the partner is suspended or revoked"
    SCOPE_CHANGED = (
        "SCOPE_CHANGED",
        "范围已变化",
        "the partner has other scopes or another place in the tree, or the organisation has left its scope",
    )
    FIELD_HIDDEN = "FIELD_HIDDEN", "字段不可见", "the document asks for a field that the partner may not see"
    FIELD_MASKED = "FIELD_MASKED", "字段已脱敏", "the document searches by a field that the partner sees masked"
    DOCUMENT_INVALID = "DOCUMENT_INVALID", "文档无效", "the document does not fit the schema any more"
    CURSOR_EXPIRED = "CURSOR_EXPIRED", "游标已过期", "what follows the cursor is not kept any more"
    SECRET_LOST = "SECRET_LOST", "密钥无法读取", "the secret cannot be read with this server's own"
