"""Markdown as HTML that is safe to show, whoever wrote it.

HTML in Markdown is text. Links lead to `http`, `https` or beside the page; there are no pictures, which would tell
other servers who reads. What comes of it is cleaned once more by a library that knows nothing of Markdown.
"""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt

_SCHEMES = frozenset({"http", "https"})
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_TAGS = frozenset(
    {"a", "br", "code", "em", "hr", "s", "strong"}
    | {"p", "blockquote", "pre", "ol", "ul", "li", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)
_ATTRIBUTES = {"a": {"href", "title"}, "code": {"class"}, "ol": {"start"}, "th": {"style"}, "td": {"style"}}
_STYLES = frozenset({"text-align"})
"""Of the columns of tables."""


def rendered(markdown: str) -> str:
    """CommonMark with tables and strikethrough."""
    html: str = _markdown().render(markdown)
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=set(_SCHEMES),
        filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer",
    )


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    markdown.validateLink = is_safe_link  # type: ignore[method-assign] # the way that the library documents
    return markdown


def is_safe_link(url: str) -> bool:
    """Of the schemes above, or without one. `//elsewhere` takes the page's scheme, and leads elsewhere."""
    plain = re.sub(r"[\x00-\x20]", "", url)
    if plain.startswith(("//", "/\\", "\\")):
        return False
    scheme = _WITH_SCHEME.match(plain)
    return scheme is None or scheme[0][:-1].lower() in _SCHEMES
