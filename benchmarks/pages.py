"""Results as parts of pages: what a benchmark writes stands between two marks, and nothing else is touched."""

from pathlib import Path


def put_between_marks(page: Path, name: str, text: str) -> None:
    """Between `<!-- name -->` and `<!-- /name -->`, which the page must have."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = page.read_text().partition(opening)
    _, found, after = rest.partition(closing)
    if not found:
        raise ValueError(f"{page} has no marks {opening} … {closing}")
    page.write_text(f"{before}{opening}\n{text}\n{closing}{after}")
