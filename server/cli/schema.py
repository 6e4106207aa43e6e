from pathlib import Path
from typing import Annotated

import typer

from schema.build import build_schema
from server.cli.failing import fail
from server.reference import PAGES, readme_with_queries


def schema(
    output: Annotated[Path | None, typer.Option(help="Write it there instead of to standard output.")] = None,
    check: Annotated[Path | None, typer.Option(help="Only compare it with this file.")] = None,
) -> None:
    """Print the GraphQL schema."""
    text = build_schema().as_str() + "\n"
    if check is not None:
        _require_same(check, text)
        typer.echo(f"{check} is what the code gives.")
    elif output is not None:
        output.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


def reference(
    folder: Annotated[Path, typer.Argument(help="The folder of the pages.")],
    readme: Annotated[Path, typer.Option(help="The README that shows the example queries.")] = Path("README.md"),
    check: Annotated[bool, typer.Option("--check", help="Only compare them with what is there.")] = False,
) -> None:
    """Write the reference pages: the schema, its errors, settings, permissions, query builder, validation rules."""
    pages = {folder / name: page() for name, page in PAGES.items()}
    pages[readme] = readme_with_queries(readme.read_text(encoding="utf-8"))
    for path, text in pages.items():
        if check:
            _require_same(path, text)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def _require_same(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        raise fail(f"{path} is not what the code gives. Run `make schema` and look at the difference.")
