from datetime import datetime

import strawberry

from schema.traits import open_field


@strawberry.type(description="图形验证码。A picture of five digits, to be answered once within five minutes.")
class Captcha:
    captcha_id: str = open_field("编号", "Its id, to be given with the answer.")
    image: str = open_field("图片", "The picture, as a data URI: image/png in base64.")
    expires_at: datetime = open_field("有效期至", "Until when it can be answered.")
