"""What the pages say, in both languages."""

from collections.abc import Mapping

_BOTH: Mapping[str, tuple[str, str]] = {
    "product": ("灯塔", "Dengta"),
    "system": ("党员信息管理系统", "Party membership register"),
    "other_language": ("English", "中文"),
    "problem": ("错误", "Error"),
    "problems": ("请更正以下问题", "Please mend the following"),
    "skip": ("跳到正文", "Skip to the content"),
    # fields
    "user_name": ("用户名", "User name"),
    "user_name_hint": ("手机号或身份证号", "Your phone or identity number"),
    "password": ("密码", "Password"),
    "captcha": ("图形验证码", "Digits in the picture"),
    "captcha_hint": ("图中的 5 位数字，5 分钟内有效", "The five digits, good for five minutes"),
    "captcha_picture": (
        "含 5 位数字的图片；看不清可收听语音",
        "A picture with five digits; if you cannot read it, listen",
    ),
    "captcha_sound": ("收听验证码（英文读数）", "Listen to the digits, spoken in English"),
    "captcha_another": ("看不清？换一张", "Cannot read it? Another picture"),
    "phone": ("手机号", "Phone"),
    "phone_hint": ("登记账号时所用的手机号", "The one your account was opened with"),
    "code": ("短信验证码", "Code"),
    "code_hint": (
        "6 位数字，5 分钟内有效，最多可尝试 5 次",
        "Six digits, good for five minutes; it may be tried five times",
    ),
    "activation_code": ("授权码", "Activation code"),
    "activation_code_hint": (
        "开通账号时短信发送，形如 K7PW-3XQA-9MTD",
        "Sent when your account was opened, as K7PW-3XQA-9MTD",
    ),
    "name": ("姓名", "Name"),
    "identity_number": ("公民身份证号", "Identity number"),
    "identity_number_hint": ("18 位，末位可为 X", "18 characters, the last may be X"),
    "old_password": ("原密码", "Present password"),
    "new_password": ("新密码", "New password"),
    "new_password_hint": (
        "8 至 18 个字符，须含大写字母、小写字母和数字，不得包含手机号或身份证号",
        "8 to 18 characters with upper case, lower case and a digit; without your phone or identity number",
    ),
    # steps
    "sign_in": ("登录", "Sign in"),
    "sign_in_continue": ("下一步", "Continue"),
    "second_factor": ("短信验证", "Second step: the code sent to your phone"),
    "second_factor_text": (
        "验证码已发送到您登记的手机。",
        "A code has been sent to the phone that your account was opened with.",
    ),
    "another_code": ("重新发送验证码", "Send another code"),
    "activate": ("激活账号", "Activate your account"),
    "activate_code": ("激活账号：验证手机", "Activate your account: your phone"),
    "activate_account": ("激活账号：核对身份并设置密码", "Activate your account: who you are, and a password"),
    "recover": ("找回密码", "Forgotten password"),
    "recover_code": ("找回密码：验证手机", "Forgotten password: your phone"),
    "recover_password": ("找回密码：设置新密码", "Forgotten password: a new one"),
    "send_code": ("发送验证码", "Send a code"),
    "verify": ("验证", "Verify"),
    "step_of_three": ("第 {} 步，共 3 步", "Step {} of 3"),
    "code_sent_if": (
        "如果该手机号可以办理此项业务，验证码已发送到该手机。",
        "If this can be done for that phone, a code has been sent to it.",
    ),
    "start_again": ("没有收到？重新开始", "Nothing received? Start again"),
    "finish_activation": ("激活", "Activate"),
    "finish_recovery": ("设置新密码", "Set the new password"),
    "change_password": ("修改密码", "Change password"),
    "sign_out": ("退出登录", "Sign out"),
    "sign_out_text": (
        "将退出此浏览器中的登录，以及由此登录的所有应用。",
        "This ends the sign-in of this browser, and of every application that was signed in with it.",
    ),
    "signed_in": ("您已登录", "You are signed in"),
    "signed_in_as": ("角色：{}", "As {}"),
    "returning": ("正在返回应用……", "Taking you back to the application…"),
    "continue": ("继续", "Continue"),
    "console": ("打开控制台", "Open the console"),
    "no_account_yet": ("首次使用？激活账号", "First time here? Activate your account"),
    "forgotten": ("忘记密码？", "Forgotten your password?"),
    "have_password": ("已有密码？登录", "You have a password? Sign in"),
    "cancel": ("取消", "Cancel"),
    # notices and failures
    "activated": ("账号已激活，请登录。", "Your account is activated. Sign in."),
    "recovered": ("密码已重新设置，请登录。", "The new password is set. Sign in."),
    "signed_out": ("您已退出登录。", "You are signed out."),
    "changed": ("密码已修改，其他登录均已退出。", "The password is changed, and every other sign-in is ended."),
    "start_again_notice": (
        "手机验证已过期或尝试次数过多，请重新开始。",
        "The phone was verified too long ago, or it was tried too often. Start again.",
    ),
    "outdated": ("此页面已失效", "This page is out of date"),
    "outdated_text": (
        "请从头再试。此页面需要使用 Cookie。",
        "Please try again from the start. These pages need cookies.",
    ),
    "too_many": ("尝试次数过多", "Too many attempts"),
    "unavailable": ("系统暂时不可用", "Not available at the moment"),
    "unavailable_text": ("请稍后再试。", "Please try again soon."),
    "unreadable": ("无法读取表单", "The form cannot be read"),
    "to_sign_in": ("返回登录", "Back to sign-in"),
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {name: chinese for name, (chinese, _) in _BOTH.items()},
    "en": {name: english for name, (_, english) in _BOTH.items()},
}
