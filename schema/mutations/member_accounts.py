"""个人专区账号: the mutations of administrators on members' own accounts."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any

import strawberry

from auth.default_matrix import FieldClass
from auth.visibility import FieldUse, Purpose
from domain.approvals.guards import LONGEST_TEXT
from resolvers import departed_members, phone_changes
from resolvers.held_members import KnownMember
from resolvers.phone_changes import NewPhone
from schema.filters import USE
from schema.identifiers import number_of
from schema.info import Info
from schema.member_payload import MemberPayload, member_settled
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.traits import open_field, record_field
from schema.types.member_account import MemberAccount

BUSINESS = FieldClass.BUSINESS
_MEMBER_ID = "党员。Global id of the member whose registered phone is to change."


def _writes_phone(description: str) -> Any:
    """A part that cannot be left out, by which the registered phone is changed."""
    return strawberry.field(description=description, metadata={USE: FieldUse("MemberAccount.phone", Purpose.WRITE)})


@strawberry.input(description="注销手机号。Whose phone is released, and why.")
class ReleasePhoneInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="历史党员。Global id of the one who has deceased.")
    reason: str = strawberry.field(description=f"注销原因。Reason; {LONGEST_TEXT} characters at most.")


@strawberry.type(description="注销手机号的结果。The account, or what stands in the way.")
class ReleasePhonePayload:
    account: MemberAccount | None = open_field("个人专区账号", "The account, cancelled; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that stands in the way.")


@strawberry.input(description="获取图形验证码。A new picture, for a form that asks for its answer.")
class ShowCaptchaInput(MutationInput):
    pass


@strawberry.type(description="图形验证码。A picture of five digits, to be answered once within five minutes.")
class ShowCaptchaPayload:
    captcha_id: str = open_field("编号", "Its id, to be given with the answer.")
    image: str = open_field("图片", "The picture, as a data URI: image/png in base64.")
    expires_at: datetime = open_field("有效期至", "Until when it can be answered.")


@strawberry.input(description="发送更换手机号验证码。The phone that a member's account is to have.")
class SendPhoneCodeInput(MutationInput):
    member_id: strawberry.ID = strawberry.field(description=_MEMBER_ID)
    phone: str = _writes_phone("新手机号。The new phone: a mobile number, to which six digits are sent.")
    captcha_id: str = strawberry.field(description="图形验证码编号。Id of the picture.")
    captcha_answer: str = strawberry.field(description="图形验证码。The five digits of the picture.")


@strawberry.type(description="发送更换手机号验证码的结果。The code that was sent, or what stands in the way.")
class SendPhoneCodePayload:
    code_id: str | None = open_field("验证码编号", "Id of the code, to be given with it; null when none was sent.")
    expires_at: datetime | None = open_field("有效期至", "Until when the code is good.")
    errors: list[UserError] = open_field("问题", "Everything that stands in the way.")


@strawberry.input(description="更换注册手机号。The code that was sent to the new phone.")
class ChangeRegisteredPhoneInput(MutationInput):
    member_id: strawberry.ID = strawberry.field(description=_MEMBER_ID)
    code_id: str = strawberry.field(description="验证码编号。Id of the code, as `sendPhoneCode` gave it.")
    code: str = _writes_phone("验证码。The six digits that the new phone received; five tries at most.")


@strawberry.type(description="更换注册手机号的结果。The member, and what is wrong.")
class ChangeRegisteredPhonePayload(MemberPayload):
    pass


async def _release(
    info: Info, input: Annotated[ReleasePhoneInput, strawberry.argument(description="注销。Whose phone and why.")]
) -> ReleasePhonePayload:
    number = number_of("HistoryMember", input.id, "input.id")
    change = departed_members.release_phone(keyed(info, input), number, input.reason)
    return await settled(info, change, as_payload(ReleasePhonePayload, "account"))


async def _show(
    info: Info, input: Annotated[ShowCaptchaInput, strawberry.argument(description="图形验证码。The picture.")]
) -> ShowCaptchaPayload:
    shown = await phone_changes.show_captcha(keyed(info, input))
    image = f"data:image/png;base64,{b64encode(shown.picture).decode()}"
    return ShowCaptchaPayload(captcha_id=shown.id, image=image, expires_at=shown.expires_at)


async def _send(
    info: Info, input: Annotated[SendPhoneCodeInput, strawberry.argument(description="新手机号。The new phone.")]
) -> SendPhoneCodePayload:
    member_id = number_of("Member", input.member_id, "input.memberId")
    new = NewPhone(member_id, input.phone, input.captcha_id, input.captcha_answer)
    return await settled(info, phone_changes.send_phone_code(keyed(info, input), new), _as_sent)


def _as_sent(sent: phone_changes.SentCode | None, errors: list[UserError]) -> SendPhoneCodePayload:
    if sent is None:
        return SendPhoneCodePayload(code_id=None, expires_at=None, errors=errors)
    return SendPhoneCodePayload(code_id=sent.id, expires_at=sent.expires_at, errors=errors)


async def _change(
    info: Info, input: Annotated[ChangeRegisteredPhoneInput, strawberry.argument(description="验证码。The code.")]
) -> ChangeRegisteredPhonePayload:
    member_id = number_of("Member", input.member_id, "input.memberId")
    change = phone_changes.change_registered_phone(keyed(info, input), member_id, input.code_id, input.code)
    return await member_settled(info, KnownMember(member_id), change, ChangeRegisteredPhonePayload)


@strawberry.type
class MemberAccountMutations:
    # fmt: off
    release_phone: ReleasePhonePayload = record_field("注销手机号", "Release the registered phone of someone who has deceased, for good: another person may register it.", read=BUSINESS, resolver=_release)
    show_captcha: ShowCaptchaPayload = record_field("获取图形验证码", "A new picture of five digits, for a form that asks for its answer.", read=BUSINESS, resolver=_show)
    send_phone_code: SendPhoneCodePayload = record_field("发送更换手机号验证码", "Send six digits to the phone that a member's account is to have.", read=BUSINESS, resolver=_send)
    change_registered_phone: ChangeRegisteredPhonePayload = record_field("更换注册手机号", "Change the registered phone of a member to the one that received the code.", read=BUSINESS, resolver=_change)
    # fmt: on
