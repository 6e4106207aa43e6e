from domain.codes.code_list import CodeList


class FilePurpose(CodeList):
    """文件用途."""

    PHOTO = "PHOTO", "照片", "a member's photo"
    ATTACHMENT = "ATTACHMENT", "相关资料", "a document that belongs to a member's record or to a request"
