"""What is written from the code: the schema, and the pages of docs/reference."""

from collections.abc import Mapping
from pathlib import Path

import orjson
from graphql import introspection_from_schema

from schema.build import build_schema, graphql_schema
from server.cli.failing import fail
from server.reference import PAGES, readme_with_queries


def schema_text(*, as_json: bool) -> str:
    """As SDL, or as the answer to an introspection query."""
    schema = build_schema()
    if not as_json:
        return schema.as_str() + "\n"
    introspected = {"data": introspection_from_schema(graphql_schema(schema))}
    return orjson.dumps(introspected, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def reference_texts(folder: Path, readme: Path) -> Mapping[Path, str]:
    pages = {folder / name: page() for name, page in PAGES.items()}
    return {**pages, readme: readme_with_queries(readme.read_text(encoding="utf-8"))}


def require_same(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        raise fail(f"{path} is not what the code gives. Run `make schema` and look at the difference.")
