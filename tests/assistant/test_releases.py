"""使用助手: every release has its notes and its guide in both languages, newest first, and what they show is safe."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, validate

from assistant.release import LANGUAGES, SHIPPED, ReleaseMalformedError, order_of, releases_in
from assistant.rendering import is_safe_link, rendered
from auth.actor import Role
from domain.records import OrganizationRecord
from schema.build import graphql_schema
from server.app import SCHEMA
from tests.asking import Api

ROOT = Path(__file__).parents[2]
SAMPLE = re.compile(r"^```graphql ?(\w*)\n(.+?)^```$", re.DOTALL | re.MULTILINE)


# -- what is shipped


def test_the_version_of_this_program_has_notes() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert releases_in("en")[0].version == version


@pytest.mark.parametrize("language", LANGUAGES)
def test_releases_are_newest_first_by_version_and_by_date(language: str) -> None:
    found = releases_in(language)
    assert len(found) == len([each for each in SHIPPED.iterdir() if each.is_dir()]) > 0
    assert [each.version for each in found] == sorted((each.version for each in found), key=order_of, reverse=True)
    assert [each.released_on for each in found] == sorted((each.released_on for each in found), reverse=True)


def test_both_languages_tell_of_the_same() -> None:
    def shape(markdown: str) -> list[str]:
        return [*re.findall(r"^(#+|-|\d+\.) ", markdown, re.MULTILINE)]

    for chinese, english in zip(releases_in("zh"), releases_in("en"), strict=True):
        assert (chinese.version, chinese.released_on) == (english.version, english.released_on)
        assert shape(chinese.body) == shape(english.body)
        assert shape(chinese.guide) == shape(english.guide)
        assert re.search(r"[\u4e00-\u9fff]", chinese.title)
        assert english.title.isascii()


def samples() -> Iterator[tuple[str, str]]:
    """Of all guides and notes: the role that asks, and what."""
    for language in LANGUAGES:
        for release in releases_in(language):
            for role, document in SAMPLE.findall(release.body + release.guide):
                yield role or "administrator", document


def test_there_are_samples_of_each_role() -> None:
    assert {role for role, _ in samples()} == {"administrator", "security_officer", "auditor"}
    assert len(list(samples())) > 20


@pytest.mark.parametrize(("role", "document"), list(samples()))
async def test_each_sample_can_be_sent_as_it_stands(
    role: str, document: str, api: Api, county: OrganizationRecord
) -> None:
    """And those that need no input are answered."""
    parsed = parse(document)
    assert validate(graphql_schema(SCHEMA), parsed) == []
    [operation] = [each for each in parsed.definitions if isinstance(each, OperationDefinitionNode)]
    if not operation.variable_definitions:
        await api.as_(county, Role[role.upper()]).ask(document)


def test_what_is_shipped_is_shown_as_it_is_written() -> None:
    guide = releases_in("zh")[0].guide_html
    assert '<pre><code class="language-graphql">' in guide
    assert "<h2>打印采集表</h2>" in guide
    assert "<strong>" in releases_in("zh")[0].body_html


# -- what is put there


def written(folder: Path, version: str, day: str = "2027-01-01") -> None:
    place = folder / version
    place.mkdir()
    (place / "release.toml").write_text(f"date = {day}\n")
    for language in LANGUAGES:
        (place / f"notes.{language}.md").write_text(f"# Title of {version}\n\nBody.\n")
        (place / f"guide.{language}.md").write_text("Guide.\n")


def test_versions_are_compared_as_numbers(tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0", "0.2.11", "1.0.0"):
        written(tmp_path, version)
    assert [each.version for each in releases_in("en", tmp_path)] == ["1.0.0", "0.10.0", "0.9.0", "0.2.11"]
    newest = releases_in("en", tmp_path)[0]
    assert (newest.title, newest.body, newest.released_on) == ("Title of 1.0.0", "Body.\n", date(2027, 1, 1))


@pytest.mark.parametrize("name", ["notes.zh.md", "notes.en.md", "guide.zh.md", "guide.en.md", "release.toml"])
def test_a_file_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    written(tmp_path, "0.2.0")
    (tmp_path / "0.2.0" / name).unlink()
    with pytest.raises(ReleaseMalformedError, match=re.escape(f"0.2.0/{name} is missing")):
        releases_in("zh" if ".zh." in name else "en", tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.en.md", "No title", "does not begin with a title"),
        ("release.toml", 'date = "soon"', "does not say the date"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(name: str, content: str, said: str, tmp_path: Path) -> None:
    written(tmp_path, "0.2.0")
    (tmp_path / "0.2.0" / name).write_text(content)
    with pytest.raises(ReleaseMalformedError, match=said):
        releases_in("en", tmp_path)


def test_a_folder_that_is_no_version_is_said(tmp_path: Path) -> None:
    written(tmp_path, "next")
    with pytest.raises(ReleaseMalformedError, match="next is no version"):
        releases_in("en", tmp_path)


# -- and is safe


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def elements(html: str) -> Elements:
    found = Elements()
    found.feed(html)
    return found


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<svg onload=alert(1)>",
        "text <iframe src=//evil.example></iframe>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\nscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox(1))",
        "[x](file:///etc/passwd)",
        "[x](//evil.example)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/tracker.png)",
        "![x](javascript:alert(1))",
        '[x](https://good.example "\" onmouseover=\"alert(1)")',
        "[x]: javascript:alert(1)\n\n[x]",
        "| a |\n|:-:|\n| <b onclick=alert(1)>x</b> |",
        "```\"><script>alert(1)</script>\nx\n```",
        "<!-- --><script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)  # fmt: skip
def test_what_would_do_harm_is_text(markdown: str) -> None:
    found = elements(rendered(markdown))
    assert found.tags <= {"p", "a", "pre", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert [name for name, _ in found.attributes if name.startswith("on") or name == "src"] == []
    assert all((value or "").startswith("https://") for name, value in found.attributes if name == "href")
    assert not any(
        "evil" in (value or "") for name, value in found.attributes if name == "href" and "tracker" not in markdown
    )


@pytest.mark.parametrize(
    "url", ["https://a.example/b?c=d#e", "http://a.example", "guide.md", "#top", "/charts/x", "?a=b"]
)
def test_links_lead_to_the_web_or_beside_the_page(url: str) -> None:
    assert is_safe_link(url)
    assert ("href", url) in elements(rendered(f"[x]({url})")).attributes


@pytest.mark.parametrize(
    "url", ["javascript:x", " java\tscript:x", "DATA:x", "mailto:a@b.c", "//a.example", "/\\a.example", "\\\\a"]
)
def test_links_lead_nowhere_else(url: str) -> None:
    assert not is_safe_link(url)


def test_a_link_that_is_followed_tells_nothing_of_the_page() -> None:
    assert ("rel", "noopener noreferrer") in elements(rendered("[x](https://a.example)")).attributes


def test_tables_keep_the_sides_of_their_columns() -> None:
    html = rendered("| a | b |\n|--:|:-:|\n| 1 | ~~2~~ |\n")
    assert ("style", "text-align:right") in elements(html).attributes
    assert "<s>2</s>" in html
