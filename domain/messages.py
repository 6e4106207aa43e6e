"""消息文本: what is sent to people's phones, in Chinese and then in English: nobody knows yet which they read."""

from collections.abc import Mapping

from domain.codes import CodePurpose

_SIGNED = "【灯塔】"

_PURPOSES: Mapping[CodePurpose, tuple[str, str]] = {
    CodePurpose.ACTIVATION: ("激活账号", "to activate your account"),
    CodePurpose.SIGN_IN: ("登录", "to sign in"),
    CodePurpose.RECOVERY: ("找回密码", "to set a new password"),
}


def verification_text(purpose: CodePurpose, code: str, minutes: int) -> str:
    chinese, english = _PURPOSES[purpose]
    return (
        f"{_SIGNED}您正在{chinese}，验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。"
        f"Code {code} {english}, good for {minutes} minutes. Tell it to nobody."
    )


def phone_change_text(code: str, minutes: int) -> str:
    """The member tells it to the administrator who changes the phone: that is what it is for."""
    return (
        f"{_SIGNED}党组织正在将您的个人专区注册手机号更换为本号码，验证码 {code}，{minutes} 分钟内有效，"
        "只可告知为您办理的管理员。"
        f"Code {code} to make this your registered phone, good for {minutes} minutes. "
        "Tell it to nobody but the administrator who does this for you."
    )


def activation_text(code: str, days: int) -> str:
    return (
        f"{_SIGNED}您的账号已开通，授权码 {code}，{days} 日内有效，请用它激活账号，勿告诉他人。"
        f"Your account has been opened. Activate it with code {code} within {days} days. Tell it to nobody."
    )


PASSWORD_RECOVERED_TEXT = (
    f"{_SIGNED}您的登录密码刚刚通过找回密码重设，所有登录已退出。如非本人操作，请立即联系安全员。"
    "Your password was set anew by recovery and you were signed out everywhere. "
    "If that was not you, call your security officer at once."
)

PASSWORD_CHANGED_TEXT = (
    f"{_SIGNED}您的登录密码刚刚被修改，其他登录和所有应用已退出。如非本人操作，请立即联系安全员。"
    "Your password was changed; every other sign-in and all applications were signed out. "
    "If that was not you, call your security officer at once."
)
