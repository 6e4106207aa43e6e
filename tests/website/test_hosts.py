from pathlib import Path

import pytest

from website.hosts import fetched_elsewhere


@pytest.mark.parametrize(
    ("page", "addresses"),
    [
        ('<script src="https://cdn.example/x.js"></script>', ["https://cdn.example/x.js"]),
        ('<link rel="preconnect stylesheet" href="//fonts.example/x.css">', ["//fonts.example/x.css"]),
        ('<img src="images/x.png" srcset="http://pictures.example/x.png 2x">', ["http://pictures.example/x.png 2x"]),
        ("<style>@import 'https://fonts.example/y.css'; a { background: url(//x.example/z.png) }</style>",
         ["https://fonts.example/y.css", "//x.example/z.png"]),
        ('<a href="https://spec.graphql.org/">read on</a> <link rel="canonical" href="https://register.example/">', []),
        ('<script src="assets/x.js"></script><link rel="stylesheet" href="../x.css">', []),
    ],
)  # fmt: skip
def test_what_a_page_would_fetch_from_another_host(tmp_path: Path, page: str, addresses: list[str]) -> None:
    (tmp_path / "index.html").write_text(page)
    assert fetched_elsewhere(tmp_path) == [f"index.html: {address}" for address in addresses]


def test_style_sheets_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("@font-face { src: url('https://fonts.example/x.woff2') }")
    assert fetched_elsewhere(tmp_path) == ["x.css: https://fonts.example/x.woff2"]
