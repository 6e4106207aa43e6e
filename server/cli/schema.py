from pathlib import Path
from typing import Annotated

import typer

from server.cli.telling import examples

SCHEMA_EXAMPLES = examples(
    "dengta schema",
    "dengta schema --check schema.graphql",
    "dengta schema --json --output introspection.json",
    exits="1 when --check finds another schema in the file.",
)
REFERENCE_EXAMPLES = examples("dengta reference docs/reference --check", exits="1 when --check finds another text.")


def schema(
    output: Annotated[Path | None, typer.Option(help="Write it there instead of to standard output.")] = None,
    check: Annotated[Path | None, typer.Option(help="Only compare it with this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As the JSON of an introspection query, not as SDL.")] = False,
) -> None:
    """Print the GraphQL schema."""
    from server.commands.writing_out import require_same, schema_text

    text = schema_text(as_json=as_json)
    if check is not None:
        require_same(check, text)
        typer.echo(f"{check} is what the code gives.", err=as_json)
    elif output is not None:
        output.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


def reference(
    folder: Annotated[Path, typer.Argument(help="The folder of the pages.")],
    readme: Annotated[Path, typer.Option(help="The README that shows the example queries.")] = Path("README.md"),
    check: Annotated[bool, typer.Option("--check", help="Only compare them with what is there.")] = False,
) -> None:
    """Write the reference pages: the schema, its errors, settings, permissions, validation rules, the command line."""
    from server.commands.writing_out import reference_texts, require_same

    for path, text in reference_texts(folder, readme).items():
        if check:
            require_same(path, text)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
