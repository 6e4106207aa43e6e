from pathlib import Path

from website.navigation import navigation
from website.pages import places

ROOT = Path(__file__).parents[2]


def test_the_pages_named_come_in_their_order_and_others_after_them_by_name() -> None:
    pages = [
        "changes.md",
        "approvals.md",
        "zebra.md",
        "aardvark.md",
        "index.md",
        "decisions/0002-b.md",
        "decisions/0001-a.md",
    ]
    assert navigation(pages) == [
        ("开始 Start", ["index.md"]),
        ("专题 Topics", ["approvals.md", "changes.md", "aardvark.md", "zebra.md"]),
        ("决策 Decisions", ["decisions/0001-a.md", "decisions/0002-b.md"]),
    ]


def test_every_page_there_is_stands_in_it_once() -> None:
    pages = [place for place in places(ROOT).values() if place.endswith(".md")]
    assert len(pages) > 50
    assert sorted(page for _, its_pages in navigation(pages) for page in its_pages) == sorted(pages)
