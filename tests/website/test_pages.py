from pathlib import Path

import pytest

from website.pages import LostLinksError, lay_out, relinked

FOUND = {
    "docs/changes.md": "changes.md",
    "docs/decisions/0001-a.md": "decisions/0001-a.md",
    "examples/follow-python/README.md": "examples/follow-python.md",
}


def lost_of(text: str, source: str = "docs/changes.md") -> list[str]:
    lost: list[str] = []
    relinked(text, source, FOUND, lost.append)
    return lost


def test_links_between_pages_of_docs_stay() -> None:
    text = "[a](decisions/0001-a.md#why), [b](#below), [c](https://spec.graphql.org/)"
    assert relinked(text, "docs/changes.md", FOUND, print) == text


def test_links_to_what_lies_elsewhere_lead_to_its_place_in_the_site() -> None:
    assert relinked("[a](../examples/follow-python/README.md#run)", "docs/changes.md", FOUND, print) == (
        "[a](examples/follow-python.md#run)"
    )
    assert relinked("[a](../../docs/changes.md)", "examples/follow-python/README.md", FOUND, print) == (
        "[a](../changes.md)"
    )


def test_samples_are_left_alone() -> None:
    text = "```python\nx[0](nowhere.md)\n```\n"
    assert relinked(text, "docs/changes.md", FOUND, print) == text
    assert lost_of(text) == []


def test_a_link_to_what_is_not_shown_is_named() -> None:
    assert [line.split(" is ")[0] for line in lost_of("[a](../storage/changes.py)")] == [
        "docs/changes.md: ../storage/changes.py"
    ]


def test_all_files_are_laid_out_anew_and_none_with_a_lost_link(tmp_path: Path) -> None:
    (tmp_path / "docs/images").mkdir(parents=True)
    (tmp_path / "docs/index.md").write_text("![x](images/x.png)")
    (tmp_path / "docs/images/x.png").write_bytes(b"picture")
    (tmp_path / "CHANGELOG.md").write_text("[start](docs/index.md)")
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "old.md").write_text("of the last time")
    assert sorted(lay_out(tmp_path, folder)) == ["changelog.md", "index.md"]
    assert (folder / "images/x.png").read_bytes() == b"picture"
    assert (folder / "changelog.md").read_text() == "[start](index.md)"
    assert not (folder / "old.md").exists()
    (tmp_path / "docs/index.md").write_text("[x](gone.md)")
    with pytest.raises(LostLinksError, match=r"docs/index\.md: gone\.md"):
        lay_out(tmp_path, folder)
