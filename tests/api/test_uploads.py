"""上传文件: uploading over HTTP, by the GraphQL multipart request specification."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from domain.codes import AuditKind, Role
from domain.files import ATTACHMENT_LIMIT
from domain.records import OrganizationRecord
from schema.identifiers import number_of
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import connect
from storage.models import File
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of_kind
from tests.file_contents import MEBIBYTE, huge_png, pdf, picture, zip_bomb
from tests.losing import lose_connections
from tests.serving import served
from tests.uploading import ALLOWED, UPLOAD, form, sent, staged, uploaded


@pytest.fixture(params=[COMPILED, GRAPHQL_CORE])
async def own_api(request: pytest.FixtureRequest, own_province_url: str) -> AsyncIterator[Api]:
    application = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY), executor=request.param)
    yield application
    await application.http.aclose()
    await application.database.close()


@pytest.fixture
def administrator(own_api: Api, county: OrganizationRecord) -> Caller:
    return own_api.as_(county)


async def kept(api: Api) -> tuple[list[Any], list[str]]:
    """The rows of whoever has uploaded something, and the keys in the store."""
    rows = await api.database.rows(select(File.id, File.object_key).where(File.uploaded_by.is_not(None)))
    return list(rows), [each.key async for part in api.files.uploaded() for each in part]


async def content_of(api: Api, key: str) -> bytes:
    stored = await api.files.get(key)
    assert stored is not None
    return b"".join([chunk async for chunk in stored.chunks])


async def test_a_file_is_staged_for_its_uploader(administrator: Caller) -> None:
    file = await staged(administrator, pdf(5_000), "入党申请书.pdf")
    assert {name: file[name] for name in ("purpose", "name", "contentType", "size")} == {
        "purpose": "ATTACHMENT",
        "name": "入党申请书.pdf",
        "contentType": "application/pdf",
        "size": 5_000,
    }
    [(number, key)], keys = await kept(administrator.api)
    assert (encoded_number(file), [key]) == (number, keys)
    assert await content_of(administrator.api, key) == pdf(5_000)
    [entry] = await entries_of_kind(administrator.api.database, AuditKind.CHANGE)
    assert (entry.operation, entry.target, entry.actor) == ("uploadFile", f"File:{number}", "tester")
    assert entry.details == {"purpose": "ATTACHMENT", "contentType": "application/pdf", "size": 5_000}


def encoded_number(file: dict[str, Any]) -> int:
    return number_of("File", file["id"])


async def test_a_photo_is_kept_as_the_register_keeps_photos(administrator: Caller) -> None:
    file = await staged(administrator, picture("PNG", (600, 800)), "photo.png", "PHOTO")
    assert (file["contentType"], file["name"]) == ("image/jpeg", "photo.jpg")
    [(_, key)], _ = await kept(administrator.api)
    content = await content_of(administrator.api, key)
    assert (len(content), content[:3]) == (file["size"], b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("content", "name", "purpose", "code"),
    [
        (b"<html><script>alert(1)</script>", "a.jpg", "PHOTO", "FILE_TYPE_NOT_ALLOWED"),
        (zip_bomb(), "a.docx", "ATTACHMENT", "FILE_UNPACKS_TOO_LARGE"),
        (huge_png(), "a.png", "PHOTO", "IMAGE_TOO_LARGE"),
        (picture("PNG")[:-40], "a.png", "ATTACHMENT", "FILE_DAMAGED"),
        (pdf(ATTACHMENT_LIMIT + 1), "a.pdf", "ATTACHMENT", "FILE_TOO_LARGE"),
        (b"", "a.pdf", "ATTACHMENT", "FILE_EMPTY"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    administrator: Caller, content: bytes, name: str, purpose: str, code: str
) -> None:
    payload = await uploaded(administrator, content, name, purpose)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, ["file"])]
    assert payload["file"] is None
    assert await kept(administrator.api) == ([], [])


async def test_five_megabytes_are_taken(administrator: Caller) -> None:
    assert (await staged(administrator, pdf(ATTACHMENT_LIMIT), "a.pdf"))["size"] == ATTACHMENT_LIMIT


async def test_messages_are_in_the_callers_language(own_api: Api, county: OrganizationRecord) -> None:
    caller = Caller(own_api, own_api.as_(county).token, language="zh")
    [error] = (await uploaded(caller, b"x", "a.pdf"))["errors"]
    assert error["message"].startswith("不支持的文件类型（按内容判断，与扩展名无关）。请上传：pdf, doc, docx")


async def test_several_files_come_in_one_request(administrator: Caller) -> None:
    query = """mutation ($one: Upload!, $two: Upload!) {
      one: uploadFile(input: {file: $one, purpose: ATTACHMENT}) { file { name } }
      two: uploadFile(input: {file: $two, purpose: ATTACHMENT}) { file { name } } }"""
    operations = {"query": query, "variables": {"one": None, "two": None}}
    places = {"a": ["variables.one"], "b": ["variables.two"]}
    texts = {"operations": json.dumps(operations), "map": json.dumps(places)}
    files = {"a": ("1.pdf", pdf()), "b": ("2.pdf", pdf())}
    answer = (await sent(administrator, {"data": texts, "files": files})).json()
    assert answer == {"data": {"one": {"file": {"name": "1.pdf"}}, "two": {"file": {"name": "2.pdf"}}}}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECURITY_OFFICER, Role.PARTNER])
async def test_none_but_administrators_upload(own_api: Api, county: OrganizationRecord, role: Role) -> None:
    response = await sent(own_api.as_(county, role), form("ATTACHMENT", "a.pdf", pdf()))
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert (error["extensions"]["code"], await kept(own_api)) == ("FIELD_HIDDEN", ([], []))


async def test_whoever_hoards_files_is_stopped(administrator: Caller) -> None:
    [(hoarded, key)] = [(await staged(administrator, pdf(), "a.pdf"), (await kept(administrator.api))[1][0])]
    copied = """INSERT INTO files (purpose, name, content_type, size, object_key, uploaded_by, uploaded_at)
      SELECT purpose, name, content_type, size, object_key || n, uploaded_by, uploaded_at
      FROM files, generate_series(2, 100) AS n WHERE id = %(number)s"""
    async with administrator.api.database.writing() as session:
        await session.execute(Statement(copied, {"number": encoded_number(hoarded)}))
    payload = await uploaded(administrator, pdf(), "a.pdf")
    assert [error["code"] for error in payload["errors"]] == ["TOO_MANY_FILES"]
    assert (await kept(administrator.api))[1] == [key]


async def test_a_database_that_is_lost_leaves_no_row(administrator: Caller, own_province_url: str) -> None:
    """But the content, which is collected a day later (tests/server/test_file_collecting.py)."""
    lose_connections(own_province_url)
    answer = (await sent(administrator, form("ATTACHMENT", "a.pdf", pdf()))).json()
    assert answer["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"
    rows, keys = await kept(administrator.api)
    assert (rows, len(keys)) == ([], 1)


# -- what is no such request


@pytest.mark.parametrize("header", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"])
async def test_a_form_that_no_browser_asked_about_is_refused(administrator: Caller, header: str) -> None:
    response = await sent(administrator, form("ATTACHMENT", "a.pdf", pdf()), headers={})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "PREFLIGHT_REQUIRED")
    assert await kept(administrator.api) == ([], [])
    response = await sent(administrator, form("ATTACHMENT", "a.pdf", pdf()), headers={header: "1"})
    assert response.json()["data"]["uploadFile"]["errors"] == []


async def test_browsers_may_send_the_header(api: Api) -> None:
    response = await api.http.options("/graphql", headers={"Origin": "https://app.example"})
    assert "GraphQL-Require-Preflight" in response.headers["access-control-allow-headers"]


async def test_nobody_without_a_token_uploads(own_api: Api) -> None:
    response = await own_api.http.post("/graphql", **form("ATTACHMENT", "a.pdf", pdf()), headers=ALLOWED)
    assert response.status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"operations": "["},
        {"operations": "[]"},
        {"map": "{}"},
        {"map": "x"},
        {"map": json.dumps({"1": ["variables.file"]})},
        {"map": json.dumps({"0": "variables.file"})},
        {"map": json.dumps({"0": ["variables.purpose"]})},
        {"map": json.dumps({"0": ["variables.nothing"]})},
        {"map": json.dumps({"0": ["variables"]})},
        {"map": json.dumps({"0": ["query"]})},
        {"map": json.dumps({"0": ["variables.file.0.1"]})},
        {"map": json.dumps({"0": [7]})},
        {"map": json.dumps({"0": ["variables." + "x" * 1_000]})},
        {f"more {number}": "x" for number in range(20)},
    ],
)
async def test_a_form_that_is_no_such_request_is_a_bad_one(administrator: Caller, changed: dict[str, str]) -> None:
    response = await sent(administrator, form("ATTACHMENT", "a.pdf", pdf(), **changed))
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert await kept(administrator.api) == ([], [])


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 5_000])
async def test_a_body_without_its_boundary_is_a_bad_one(administrator: Caller, content_type: str) -> None:
    headers = {**ALLOWED, "Content-Type": content_type}
    response = await sent(administrator, {"content": b"--x\r\n\r\n"}, headers)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("value", ["a.pdf", None, 1, {"name": "a.pdf"}])
async def test_a_file_is_no_json(administrator: Caller, value: Any) -> None:
    error = await administrator.refused(UPLOAD, {"file": value, "purpose": "ATTACHMENT"})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    written = 'mutation { uploadFile(input: {file: "a.pdf", purpose: PHOTO}) { errors { code } } }'
    assert (await administrator.refused(written))["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_texts_are_bounded_as_ordinary_requests_are(administrator: Caller) -> None:
    response = await sent(administrator, form("ATTACHMENT", "a.pdf", pdf(), padding="x" * (2 * MEBIBYTE + 1)))
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (413, "BODY_TOO_LARGE")


# -- over a socket


async def beginning(caller: Caller, length: str) -> bytes:
    """The head of a request, and of its body up to where the file's content begins."""
    operations = json.dumps({"query": UPLOAD, "variables": {"file": None, "purpose": "ATTACHMENT"}})
    parts = [("operations", operations), ("map", '{"0": ["variables.file"]}')]
    body = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts)
    body += '--x\r\nContent-Disposition: form-data; name="0"; filename="a.pdf"\r\n\r\n%PDF-'
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\n{length}\r\n"
    head += "GraphQL-Require-Preflight: 1\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    return (head.replace("{body}", str(len(body))) + body).encode()


async def test_a_connection_that_drops_half_way_leaves_nothing(administrator: Caller, own_province_url: str) -> None:
    async with served(administrator.api, own_province_url) as address:
        host, port = address.split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(await beginning(administrator, "Content-Length: 1000000") + b"x" * 500_000)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        payload = await uploaded(administrator, b"x", "a.pdf")  # the server answers as before
        assert [error["code"] for error in payload["errors"]] == ["FILE_TYPE_NOT_ALLOWED"]
    assert await kept(administrator.api) == ([], [])


async def test_memory_stays_bounded_while_far_too_much_is_sent(administrator: Caller, own_province_url: str) -> None:
    """200 MB in chunks that announce no length."""
    chunk = b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n"
    async with served(administrator.api, own_province_url) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head, body = (await beginning(administrator, "Transfer-Encoding: chunked")).split(b"\r\n\r\n", 1)
        writer.write(head + b"\r\n\r\n" + f"{len(body):x}\r\n".encode() + body + b"\r\n")
        tracemalloc.start()
        try:
            for _ in range(200):
                writer.write(chunk)
                await writer.drain()
            writer.write(b"0\r\n\r\n")
            status = await reader.readline()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            writer.close()
    assert status.startswith(b"HTTP/1.1 413 ")
    assert peak < 40 * MEBIBYTE


async def test_an_announced_length_is_refused_before_anything_is_read(
    administrator: Caller, own_province_url: str
) -> None:
    async with served(administrator.api, own_province_url) as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(await beginning(administrator, f"Content-Length: {200 * MEBIBYTE}"))
        answer = await reader.readuntil(b"}]}")
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"FILE_TOO_LARGE"' in answer
