"""Uploading as a user does, by the GraphQL multipart request specification."""

import json
from typing import Any

import httpx

from tests.asking import GRAPHQL_JSON, Caller

UPLOAD = """mutation Upload($file: Upload!, $purpose: FilePurpose!) {
  uploadFile(input: {file: $file, purpose: $purpose}) {
    file { id url purpose name contentType size uploadedAt } errors { code message path } } }"""
ALLOWED = {"GraphQL-Require-Preflight": "1"}


def form(purpose: str, name: str, content: bytes, **changed: Any) -> dict[str, Any]:
    operations = {"query": UPLOAD, "variables": {"file": None, "purpose": purpose}}
    texts = {"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.file"]}), **changed}
    return {"data": texts, "files": {"0": (name, content)}}


async def sent(caller: Caller, form: dict[str, Any], headers: dict[str, str] = ALLOWED) -> httpx.Response:
    authorized = {"Authorization": f"Bearer {caller.token}", "Accept": GRAPHQL_JSON, "Accept-Language": caller.language}
    return await caller.api.http.post("/graphql", **form, headers={**authorized, **headers})


async def uploaded(caller: Caller, content: bytes, name: str, purpose: str = "ATTACHMENT") -> dict[str, Any]:
    """The payload."""
    answer = (await sent(caller, form(purpose, name, content))).json()
    assert "errors" not in answer, answer["errors"]
    payload: dict[str, Any] = answer["data"]["uploadFile"]
    return payload


async def staged(caller: Caller, content: bytes, name: str, purpose: str = "ATTACHMENT") -> dict[str, Any]:
    """The file, which must be taken."""
    payload = await uploaded(caller, content, name, purpose)
    assert payload["errors"] == []
    file: dict[str, Any] = payload["file"]
    return file
