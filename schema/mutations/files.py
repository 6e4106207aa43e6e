"""上传文件: the mutation that takes files, by the GraphQL multipart request specification."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import FilePurpose
from resolvers.uploads import upload_file
from schema.info import Info
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.scalars import Upload
from schema.traits import open_field, record_field
from schema.types.uploaded_file import UploadedFile


@strawberry.input(description="上传文件。A file, and what it is for.")
class UploadFileInput(MutationInput):
    file: Upload = strawberry.field(description="文件。The file, as a part of the multipart request.")
    purpose: FilePurpose = strawberry.field(description="文件用途。What it is for, which decides what is taken.")


@strawberry.type(description="上传文件的结果。The uploaded file, or what is wrong.")
class UploadFilePayload:
    file: UploadedFile | None = open_field("文件", "The file as it is kept; null when it was refused.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was kept then.")


async def _upload_file(
    info: Info, input: Annotated[UploadFileInput, strawberry.argument(description="文件。The file.")]
) -> UploadFilePayload:
    return await settled(
        info, upload_file(keyed(info, input), input.file, input.purpose), as_payload(UploadFilePayload, "file")
    )


@strawberry.type
class FileMutations:
    # fmt: off
    upload_file: UploadFilePayload = record_field("上传文件", "Upload a photo or an attachment; it belongs to nobody but its uploader until a member or a request is given it.", read=FieldClass.BUSINESS, resolver=_upload_file)
    # fmt: on
