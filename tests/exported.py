"""Exports as whoever asked for them opens them, and what should stand in them by the answers of the schema."""

import csv
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import httpx
from graphql import GraphQLEnumType, GraphQLObjectType, get_named_type
from python_calamine import CalamineWorkbook

from auth.live_matrix import LiveMatrix
from domain.clock import SHANGHAI
from domain.exports import ExportBounds
from schema.build import graphql_schema
from schema.codes import _ENUMS
from server.app import SCHEMA
from server.exporting import Exporting
from sheets.safe_text import as_written_in_csv
from storage.exports import RUN_EXPORT
from storage.job_worker import JobWorker
from storage.jobs import JobKind, Queue
from tests.asking import Api, Caller
from tests.gateway import eventually

CORE = graphql_schema(SCHEMA)
CODES = {name: codes for codes, name, _ in _ENUMS}
BOM = b"\xef\xbb\xbf"

EXPORT = """id state isJob rowsDone rowsTotal percent size url failure requestedAt endedAt expiresAt"""
MEMBERS = f"""mutation ($input: ExportMembersInput!) {{
  exportMembers(input: $input) {{ export {{ {EXPORT} }} errors {{ code message path }} }} }}"""
HISTORY = f"""mutation ($input: ExportHistoryMembersInput!) {{
  exportHistoryMembers(input: $input) {{ export {{ {EXPORT} }} errors {{ code message path }} }} }}"""
SAVED = f"""mutation ($input: ExportSavedQueryInput!) {{
  exportSavedQuery(input: $input) {{ export {{ {EXPORT} }} errors {{ code message path }} }} }}"""
CANCEL = f"""mutation ($input: CancelExportInput!) {{
  cancelExport(input: $input) {{ export {{ {EXPORT} }} errors {{ code message path }} }} }}"""
READ = f"query ($id: ID!) {{ export(id: $id) {{ {EXPORT} }} }}"


@dataclass(frozen=True)
class Opened:
    """A file as a spreadsheet program shows it: texts, whole numbers, dates, moments; None for an empty cell."""

    header: list[str]
    rows: list[list[Any]]


def columns_of(type_name: str) -> list[str]:
    """Of an export of such records: the names of the enum."""
    kind = CORE.type_map[f"{type_name}Column"]
    assert isinstance(kind, GraphQLEnumType)
    return list(kind.values)


def field_of(column: str) -> str:
    """The field of the schema that a column is, as it is asked for."""
    first, *rest = column.lower().split("_")
    name = first + "".join(map(str.capitalize, rest))
    return "branch { name }" if name == "branch" else name


def column_in_matrix(type_name: str, column: str) -> str:
    """The field that it is, as the permission matrix names it."""
    return f"{type_name}.{column.lower()}"


async def asked(caller: Caller, mutation: str, **given: Any) -> dict[str, Any]:
    """The payload."""
    [payload] = (await caller.ask(mutation, {"input": given})).values()
    found: dict[str, Any] = payload
    return found


async def started(caller: Caller, mutation: str = MEMBERS, **given: Any) -> dict[str, Any]:
    """The export, which must be taken."""
    payload = await asked(caller, mutation, **given)
    assert payload["errors"] == []
    export: dict[str, Any] = payload["export"]
    return export


async def fetched(caller: Caller, url: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {caller.token}", "Accept-Language": caller.language}
    return await caller.api.http.get(url, headers=headers)


async def downloaded(caller: Caller, export: dict[str, Any]) -> Opened:
    response = await fetched(caller, export["url"])
    assert response.status_code == 200, response.text
    return opened(response.content)


def opened(content: bytes) -> Opened:
    return opened_csv(content) if content.startswith(BOM) else opened_workbook(content)


def opened_csv(content: bytes) -> Opened:
    lines = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    return Opened(lines[0], [[as_written_in_csv(cell) or None for cell in line] for line in lines[1:]])


def opened_workbook(content: bytes) -> Opened:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    lines = [
        line for name in book.sheet_names for line in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    ]
    return Opened(
        [str(cell) for cell in lines[0]], [[cell if cell != "" else None for cell in row] for row in lines[1:]]
    )


def wanted(
    type_name: str, columns: Sequence[str], record: dict[str, Any], language: str, *, as_text: bool
) -> list[Any]:
    """The cells of a record as the schema has answered it. `as_text`: as CSV, where there are but texts."""
    kind = CORE.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    cells = []
    for column in columns:
        name = field_of(column).partition(" ")[0]
        value = record[name]["name"] if name == "branch" else record[name]
        cell = _cell(getattr(get_named_type(kind.fields[name].type), "name", ""), value, language)
        cells.append(str(cell) if as_text and cell is not None else cell)
    return cells


def _cell(scalar: str, value: Any, language: str) -> Any:
    if value is None:
        return None
    if scalar in CODES:
        code = CODES[scalar][value]
        return code.chinese if language.startswith("zh") else code.english
    if scalar == "Boolean":
        return ("是" if value else "否") if language.startswith("zh") else ("yes" if value else "no")
    if scalar == "DateTime":
        return datetime.fromisoformat(value).astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
    return date.fromisoformat(value) if scalar == "Date" else value


def exporting_of(api: Api, bounds: ExportBounds | None = None) -> Exporting:
    """What a worker beside this application writes exports with."""
    matrix = LiveMatrix(api.matrix, api.database)
    return Exporting(api.database, api.files, matrix, api.clock, api.code_key, CORE, bounds or ExportBounds())


@asynccontextmanager
async def exporting(api: Api, url: str) -> AsyncIterator[list[BaseException]]:
    """What the worker reports meanwhile."""
    reported: list[BaseException] = []
    kind = JobKind(RUN_EXPORT, Queue.EXPORTS, exporting_of(api).run)
    async with JobWorker(url, [kind], reported.append, lost_after=2.0).running():
        yield reported


async def finished(caller: Caller, export: dict[str, Any]) -> dict[str, Any]:
    """As it stands once a worker has come to its end."""
    latest: dict[str, Any] = {}

    async def is_over() -> bool:
        latest.update((await caller.ask(READ, {"id": export["id"]}))["export"])
        return latest["state"] not in ("QUEUED", "RUNNING")

    await eventually(is_over, patience=30)
    return latest
