"""Results as parts of pages: what a benchmark writes stands between two marks, and nothing else is touched."""

import platform
from collections.abc import Iterable
from pathlib import Path


def put_between_marks(page: Path, name: str, text: str) -> None:
    """Between `<!-- name -->` and `<!-- /name -->`, which the page must have."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = page.read_text().partition(opening)
    _, found, after = rest.partition(closing)
    if not found:
        raise ValueError(f"{page} has no marks {opening} … {closing}")
    page.write_text(f"{before}{opening}\n{text}\n{closing}{after}")


def tell(name: str, on: str, lines: Iterable[str], write: Path | None) -> None:
    """The result, `on` which data and which machine: on standard output, and between its marks if there is a page."""
    result = "\n".join([f"{on}, {platform.machine()}, Python {platform.python_version()}.", "", *lines])
    print(result)  # noqa: T201 # the result
    if write:
        put_between_marks(write, name, result)
