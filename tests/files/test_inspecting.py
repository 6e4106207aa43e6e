"""What a file is, by its content; and what is refused, with which code."""

from io import BytesIO

import pytest
from PIL import Image

from domain.codes import FilePurpose
from domain.errors import RefusedError
from domain.files import ReceivedFile
from files.inspecting import checked
from tests.file_contents import (
    MEBIBYTE,
    archive,
    compound,
    docx,
    huge_png,
    pdf,
    picture,
    turned,
    zip_bomb,
)

PHOTO, ATTACHMENT = FilePurpose.PHOTO, FilePurpose.ATTACHMENT
OPEN_XML = "application/vnd.openxmlformats-officedocument"
GIF_WITH_SCRIPT = picture("GIF", (30, 20)) + b"=1;alert(document.domain)//"
COMMENTED_GIF = picture("GIF", (30, 20), comment=b"*/=1;alert(1)//<script>alert(2)</script>")


async def refused(name: str, content: bytes, purpose: FilePurpose = ATTACHMENT) -> list[tuple[str, tuple[object, ...]]]:
    with pytest.raises(RefusedError) as caught:
        await checked(ReceivedFile(name, content), purpose)
    return [(problem.code, problem.path) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "content", "content_type", "kept_name"),
    [
        ("申请书.pdf", pdf(), "application/pdf", "申请书.pdf"),
        ("申请书.exe", pdf(), "application/pdf", "申请书.exe.pdf"),
        ("申请书.jpg", pdf(), "application/pdf", "申请书.pdf"),
        ("a.JPEG", picture("JPEG"), "image/jpeg", "a.JPEG"),
        ("a", picture("PNG"), "image/png", "a.png"),
        ("a.gif", picture("GIF"), "image/gif", "a.gif"),
        ("a.bmp", picture("BMP"), "image/bmp", "a.bmp"),
        ("a.zip", docx(), f"{OPEN_XML}.wordprocessingml.document", "a.zip.docx"),
        ("a.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), f"{OPEN_XML}.spreadsheetml.sheet", "a.xlsx"),
        (
            "a.pptx",
            archive("[Content_Types].xml", "ppt/presentation.xml"),
            f"{OPEN_XML}.presentationml.presentation",
            "a.pptx",
        ),
        ("a.doc", compound("WordDocument"), "application/msword", "a.doc"),
        ("a.wps", compound("WordDocument"), "application/wps-office.wps", "a.wps"),
        ("a.xls", compound("Workbook"), "application/vnd.ms-excel", "a.xls"),
        ("a.ppt", compound("PowerPoint Document"), "application/vnd.ms-powerpoint", "a.ppt"),
        ("C:\\temp\\..\\a\r\n\u202efdp.pdf", pdf(), "application/pdf", "afdp.pdf"),
        ("/etc/", pdf(), "application/pdf", "file.pdf"),
        ("甲" * 300 + ".pdf", pdf(), "application/pdf", "甲" * 196 + ".pdf"),
    ],
)
async def test_the_content_says_what_it_is(name: str, content: bytes, content_type: str, kept_name: str) -> None:
    file = await checked(ReceivedFile(name, content), ATTACHMENT)
    assert (file.content_type, file.name, file.content) == (content_type, kept_name, content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", b"<!DOCTYPE html><script>alert(1)</script>", "FILE_TYPE_NOT_ALLOWED"),
        ("a.docx", archive("a.txt"), "FILE_TYPE_NOT_ALLOWED"),
        ("a.docx", b"\0" * 30 + docx(), "FILE_TYPE_NOT_ALLOWED"),
        ("a.docx", b"PK\x03\x04" + b"\0" * 30 + docx(), "FILE_TYPE_NOT_ALLOWED"),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml", comment=b"<html>"), "FILE_TYPE_NOT_ALLOWED"),
        (
            "a.docx",
            archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "FILE_TYPE_NOT_ALLOWED",
        ),
        ("a.docx", zip_bomb(), "FILE_UNPACKS_TOO_LARGE"),
        ("a.docx", docx()[:-30], "FILE_DAMAGED"),
        ("a.msi", compound("SummaryInformation"), "FILE_TYPE_NOT_ALLOWED"),
        ("a.doc", compound("WordDocument")[:3_000], "FILE_DAMAGED"),
        ("a.doc", compound("WordDocument")[:600], "FILE_DAMAGED"),
        ("a.pdf", pdf(10_000)[:-6], "FILE_DAMAGED"),
        ("a.png", picture("PNG")[:-40], "FILE_DAMAGED"),
        ("a.png", picture("PNG")[:-3], "FILE_DAMAGED"),
        ("a.jpg", picture("JPEG")[:400], "FILE_DAMAGED"),
        ("a.gif", picture("GIF")[:-1], "FILE_DAMAGED"),
        ("a.bmp", picture("BMP")[:-100], "FILE_DAMAGED"),
        ("a.gif", GIF_WITH_SCRIPT, "FILE_DISGUISED"),
        ("a.gif", COMMENTED_GIF, "FILE_DISGUISED"),
        ("a.png", picture("PNG") + archive("a.txt"), "FILE_DISGUISED"),
        ("a.jpg", picture("JPEG") + archive("a.txt"), "FILE_DISGUISED"),
        ("a.jpg", picture("JPEG", comment=b"<script>alert(1)</script>"), "FILE_DISGUISED"),
        ("a.bmp", picture("BMP") + b"<html>", "FILE_DISGUISED"),
        ("a.png", huge_png(), "IMAGE_TOO_LARGE"),
        ("a.gif", picture("GIF", (0x2A2F, 4)), "IMAGE_TOO_LARGE"),  # begins GIF89a/*
        ("a.pdf", b"", "FILE_EMPTY"),
        ("a.pdf", pdf(5 * MEBIBYTE + 1), "FILE_TOO_LARGE"),
    ],
)
async def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, code: str) -> None:
    assert await refused(name, content) == [(code, ("file",))]


async def test_the_largest_that_is_taken() -> None:
    content = pdf(5 * MEBIBYTE)
    assert len(content) == 5 * MEBIBYTE
    assert (await checked(ReceivedFile("a.pdf", content), ATTACHMENT)).content == content


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
async def test_a_photo_stands_upright_in_its_size_and_tells_nothing_else(format_: str) -> None:
    content = turned(format_)
    assert b"taken at home" in content
    photo = await checked(ReceivedFile(f"我.{format_.lower()}", content), PHOTO)
    assert (photo.content_type, photo.name.rpartition(".")[2] in ("jpg", "jpeg")) == ("image/jpeg", True)
    with Image.open(BytesIO(photo.content)) as image:
        assert (image.format, image.size, image.mode, dict(image.getexif())) == ("JPEG", (120, 168), "RGB", {})
        upper, lower = image.getpixel((60, 40)), image.getpixel((60, 130))
    assert isinstance(upper, tuple)
    assert isinstance(lower, tuple)
    assert (upper[0] > 200, upper[2] < 50) == (True, True)
    assert (lower[0] < 50, lower[2] > 200) == (True, True)
    assert b"taken at home" not in photo.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
async def test_photos_of_every_mode_are_taken(mode: str) -> None:
    written = BytesIO()
    Image.new(mode, (50, 400)).save(written, "PNG")
    photo = await checked(ReceivedFile("a.png", written.getvalue()), PHOTO)
    with Image.open(BytesIO(photo.content)) as image:
        assert (image.size, image.mode) == ((120, 168), "RGB")


async def test_what_was_hidden_behind_a_photo_is_gone() -> None:
    photo = await checked(ReceivedFile("a.gif", COMMENTED_GIF), PHOTO)
    assert b"script" not in photo.content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf(), "FILE_TYPE_NOT_ALLOWED"),
        (picture("BMP"), "FILE_TYPE_NOT_ALLOWED"),
        (b"<html>", "FILE_TYPE_NOT_ALLOWED"),
        (picture("PNG")[:-40], "FILE_DAMAGED"),
        (picture("JPEG")[:400], "FILE_DAMAGED"),
        (huge_png(), "IMAGE_TOO_LARGE"),
        (picture("BMP", (1_000, 800)), "FILE_TOO_LARGE"),
    ],
)
async def test_no_photo(content: bytes, code: str) -> None:
    assert await refused("a.jpg", content, PHOTO) == [(code, ("file",))]
