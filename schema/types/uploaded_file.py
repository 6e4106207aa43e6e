from datetime import datetime

import strawberry

from domain.codes import FilePurpose
from domain.files import FileRecord
from schema.file_urls import url_of_file
from schema.identifiers import encoded
from schema.traits import open_field


def _id(root: FileRecord) -> strawberry.ID:
    return encoded("File", root.id)


@strawberry.type(description="已上传的文件。A file that the caller has uploaded and that belongs to nobody yet.")
class UploadedFile:
    # fmt: off
    global_id: strawberry.ID = open_field("全局标识", "Global id, by which the file is given to a member or a request.", resolver=_id, name="id")
    purpose: FilePurpose = open_field("文件用途", "What it was uploaded for.")
    name: str = open_field("文件名", "Name of the file, with an ending that fits its content.")
    content_type: str = open_field("文件类型", "Media type, decided by the content.")
    size: int = open_field("文件大小", "Size in bytes, as it is kept.")
    url: str = open_field("下载地址", "Where on this server the caller downloads it.", resolver=url_of_file)
    uploaded_at: datetime = open_field("上传时间", "When it was uploaded; it goes 24 hours later unless it is used.")
    # fmt: on
