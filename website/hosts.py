"""Whatever a browser would fetch from another host when it shows a page of the site: there must be nothing."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_FETCHED = {"src", "srcset", "data", "poster", "action"}
_FETCHING_LINKS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "modulepreload", "manifest"}
_ELSEWHERE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_IN_STYLES = re.compile(r"""url\(\s*["']?((?:https?:)?//[^)"']+)|@import\s+["']((?:https?:)?//[^"']+)""", re.IGNORECASE)


def fetched_elsewhere(site: Path) -> list[str]:
    """One line for each: the page, and the address."""
    pages = [
        f"{path.relative_to(site)}: {address}"
        for path in sorted(site.rglob("*.html"))
        for address in of_page(_text(path))
    ]
    styles = [
        f"{path.relative_to(site)}: {address}"
        for path in sorted(site.rglob("*.css"))
        for address in of_style(_text(path))
    ]
    return pages + styles


def of_style(text: str) -> list[str]:
    return [found[1] or found[2] for found in _IN_STYLES.finditer(text)]


def of_page(text: str) -> list[str]:
    reader = _Reader()
    reader.feed(text)
    return reader.found + of_style(text)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for value in _fetched_by(tag, {name: value or "" for name, value in attrs}) if _ELSEWHERE.match(value)
        ]


def _fetched_by(tag: str, attributes: dict[str, str]) -> Iterator[str]:
    yield from (value for name, value in attributes.items() if name in _FETCHED)
    if tag == "link" and _FETCHING_LINKS & set(attributes.get("rel", "").lower().split()):
        yield attributes.get("href", "")
