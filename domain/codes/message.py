from domain.codes.code_list import CodeList


class Channel(CodeList):
    """消息渠道."""

    SMS = "SMS", "短信", "text message"
    IN_APP = "IN_APP", "站内消息", "message in the application"


class MessageState(CodeList):
    """消息状态."""

    PENDING = "PENDING", "待发送", "not delivered yet"
    SENT = "SENT", "已发送", "taken over by the gateway"
    FAILED = "FAILED", "发送失败", "given up"


class CodePurpose(CodeList):
    """验证码用途."""

    ACTIVATION = "ACTIVATION", "激活账号", "to activate an account"
    SIGN_IN = "SIGN_IN", "登录", "second factor of a sign-in"
    RECOVERY = "RECOVERY", "找回密码", "to set a forgotten password anew"
    PHONE_CHANGE = "PHONE_CHANGE", "更换手机号", "to change a registered phone"
