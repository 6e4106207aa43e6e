"""The order of the pages. What is named nowhere below is put at the end of its section by itself."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """Pages under one heading: those named, in their order, then whatever else lies in the folder, by name."""

    title: str
    folder: str | None = None
    pages: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Pages that lie elsewhere and stand after all of these."""


SECTIONS = (
    Section("开始 Start", pages=("index.md", "tutorial.md", "tutorial.zh.md")),
    Section(
        "指南 Guides",
        "guides",
        (
            "guides/front-end.md",
            "guides/analyst.md",
            "guides/partner.md",
            "guides/administrator.md",
            "guides/officer.md",
            "guides/operator.md",
            "guides/reverse-proxy.md",
        ),
    ),
    Section(
        "专题 Topics",
        "",
        (
            "members.md",
            "approvals.md",
            "statistics.md",
            "data-quality.md",
            "files.md",
            "printing.md",
            "exports.md",
            "saved-queries.md",
            "member-accounts.md",
            "changes.md",
            "subscriptions.md",
            "webhooks.md",
            "idempotency.md",
            "accounts.md",
            "signing-in.md",
            "sign-in-for-applications.md",
            "permissions.md",
            "audit.md",
            "import-members.md",
            "messages.md",
            "assistant.md",
            "front-ends.md",
            "http.md",
            "limits.md",
            "console.md",
            "command-line.md",
            "overload.md",
            "deployment.md",
            "observing.md",
            "backup.md",
            "performance.md",
            "faults.md",
            "scaling.md",
        ),
    ),
    Section("示例 Examples", "examples"),
    Section(
        "参考 Reference",
        "reference",
        (
            "reference/queries.md",
            "reference/mutations.md",
            "reference/subscriptions.md",
            "reference/types.md",
            "reference/inputs.md",
            "reference/enums.md",
            "reference/scalars.md",
            "reference/query-builder.md",
            "reference/errors.md",
            "reference/rules.md",
            "reference/permissions.md",
            "reference/settings.md",
        ),
        also=("executor.md", "changelog.md"),
    ),
    Section("决策 Decisions", "decisions"),
)

Navigation = Sequence[tuple[str, Sequence[str]]]


def navigation(pages: Sequence[str]) -> Navigation:
    """Each page once, under the first section that names it, or else under that of its folder."""
    named = {page for section in SECTIONS for page in (*section.pages, *section.also)}
    found = [(section.title, _pages_of(section, sorted(pages), named)) for section in SECTIONS]
    return [(title, its_pages) for title, its_pages in found if its_pages]


def _pages_of(section: Section, pages: Sequence[str], named: set[str]) -> Sequence[str]:
    return [
        *(page for page in section.pages if page in pages),
        *(page for page in pages if page not in named and folder_of(page) == section.folder),
        *(page for page in section.also if page in pages),
    ]


def folder_of(page: str) -> str:
    """The topmost one; "" for a page that lies in none."""
    return page.split("/", maxsplit=1)[0] if "/" in page else ""
