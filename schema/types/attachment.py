from datetime import datetime

import strawberry

from schema.traits import record_field


@strawberry.type(description="相关资料。A file that belongs to a member's record.")
class Attachment:
    name: str = record_field("文件名", "Name of the file.")
    content_type: str = record_field("文件类型", "Media type, decided by the content.")
    size: int = record_field("文件大小", "Size in bytes.")
    uploaded_at: datetime = record_field("上传时间", "When it was uploaded.")
