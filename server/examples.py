"""示例查询: the queries that the README shows and the console opens."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "example_queries"


def example_queries() -> list[dict[str, str]]:
    """In their order: `name`, `title` (the comment on the first line) and `query`."""
    return [_example(path) for path in sorted(_FOLDER.glob("*.graphql"))]


def _example(path: Path) -> dict[str, str]:
    query = path.read_text(encoding="utf-8")
    title = query.partition("\n")[0].removeprefix("#").strip()
    return {"name": path.stem, "title": title, "query": query}
