from domain.codes.code_list import CodeList


class AuditKind(CodeList):
    """审计类别: what an entry of the audit log records."""

    ARCHIVE_LOOKUP = "ARCHIVE_LOOKUP", "档案查询", "members' records were looked up"
    PHONE_LOOKUP = "PHONE_LOOKUP", "注册手机号检索", "it was looked up who holds a phone number"
    DECISION = "DECISION", "审批", "a request was submitted, decided or withdrawn"
    CHANGE = "CHANGE", "信息变更", "a record was changed"
    EXPORT = "EXPORT", "导出", "a result was exported"
    PRINT = "PRINT", "打印", "a record was printed"
    SIGN_IN = "SIGN_IN", "登录", "someone signed in, or failed to"
    SIGN_OUT = "SIGN_OUT", "退出", "someone signed out, or was signed out"
    CREDENTIAL = "CREDENTIAL", "凭据", "an account was activated, or its password set anew"
    TOKEN = "TOKEN", "令牌", "tokens were issued, refused or revoked"
    ACCOUNT = "ACCOUNT", "账号管理", "an account was opened or changed"
    PARTNER = "PARTNER", "合作系统管理", "a partner was registered or changed"
    PERMISSION = "PERMISSION", "权限变更", "the permission matrix was changed"
    REFUSAL = "REFUSAL", "拒绝访问", "an operation was refused, as it used fields that its caller may not use so"
    AUDIT_LOOKUP = "AUDIT_LOOKUP", "审计查询", "the audit log was read or verified"
    CHECKPOINT = "CHECKPOINT", "检查点", "how far each chain of the log had come"


class AuditProblem(CodeList):
    """审计问题: what is wrong with an entry of the audit log."""

    ALTERED = (
        "ALTERED",
        "被篡改",
        "it is not what was written there: changed, exchanged or forged; or the secret is another one",
    )
    MISSING = "MISSING", "缺失", "it is gone, while later ones of its chain are there"
    CUT_OFF = "CUT_OFF", "截断", "it is gone with all that came after it in its chain, or the whole chain is"
