from base64 import b64encode

import strawberry

from auth.default_matrix import FieldClass
from resolvers import phone_changes
from schema.info import Info
from schema.traits import record_field
from schema.types.captcha import Captcha


async def _captcha(info: Info) -> Captcha:
    shown = await phone_changes.show_captcha(info.context)
    image = f"data:image/png;base64,{b64encode(shown.picture).decode()}"
    return Captcha(captcha_id=shown.id, image=image, expires_at=shown.expires_at)


@strawberry.type
class CaptchaQueries:
    # fmt: off
    captcha: Captcha = record_field("图形验证码", "A new picture of five digits each time, for a form that asks for its answer.", read=FieldClass.BUSINESS, resolver=_captcha)
    # fmt: on
