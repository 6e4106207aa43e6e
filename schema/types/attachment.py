from datetime import datetime

import strawberry

from domain.files import FileRecord
from domain.records import AttachmentRecord
from schema.file_urls import url_of_file
from schema.identifiers import encoded
from schema.traits import record_field


def _id(root: AttachmentRecord | FileRecord) -> strawberry.ID:
    return encoded("File", root.id)


@strawberry.type(description="相关资料。A file that belongs to a member's record.")
class Attachment:
    global_id: strawberry.ID = record_field("全局标识", "Global id of the file.", resolver=_id, name="id")
    name: str = record_field("文件名", "Name of the file.")
    content_type: str = record_field("文件类型", "Media type, decided by the content.")
    size: int = record_field("文件大小", "Size in bytes.")
    uploaded_at: datetime = record_field("上传时间", "When it was uploaded.")
    url: str = record_field("下载地址", "Where on this server it is downloaded.", resolver=url_of_file)
