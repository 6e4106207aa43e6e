"""The pages of the site, from where they lie in the repository, with links that fit their places in the site."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from posixpath import dirname, normpath, relpath

ELSEWHERE = {
    "execution/README.md": "executor.md",
    "CHANGELOG.md": "changelog.md",
    "schema.graphql": "schema.graphql",
}
"""What is shown, or handed out, beside `docs/` and the pages of `examples/`."""

_FENCED = re.compile(r"(^ *```.*?^ *```)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(?=[)#])")


class LostLinksError(Exception):
    """Links to what is not part of the site."""


def places(root: Path) -> Mapping[str, str]:
    """Where each file of the site lies in the repository → where it lies in the site."""
    docs = (path for path in (root / "docs").rglob("*") if path.is_file())
    inside = {path.relative_to(root).as_posix(): path.relative_to(root / "docs").as_posix() for path in docs}
    examples = {
        f"examples/{page.parent.name}/README.md": f"examples/{page.parent.name}.md"
        for page in root.glob("examples/*/README.md")
    }
    beside = {source: place for source, place in ELSEWHERE.items() if (root / source).exists()}
    return dict(sorted((inside | examples).items())) | beside


def lay_out(root: Path, folder: Path) -> list[str]:
    """Puts all files of the site into the folder, which is made anew; the pages among them."""
    shutil.rmtree(folder, ignore_errors=True)
    found = places(root)
    lost: list[str] = []
    for source, place in found.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if place.endswith(".md"):
            text = (root / source).read_text(encoding="utf-8")
            target.write_text(relinked(text, source, found, lost.append), encoding="utf-8")
        else:
            shutil.copyfile(root / source, target)
    if lost:
        raise LostLinksError("\n".join(lost))
    return [place for place in found.values() if place.endswith(".md")]


def relinked(text: str, source: str, found: Mapping[str, str], lose: Callable[[str], object]) -> str:
    """The page with its links to other files changed to where these lie in the site; samples are left alone."""

    def changed(link: re.Match[str]) -> str:
        if "://" in link[1] or link[1].startswith("mailto:"):
            return link[1]
        aim = normpath(f"{PurePosixPath(source).parent}/{link[1]}")
        if aim not in found:
            lose(f"{source}: {link[1]} is not part of the site; website/pages.py lists what is beside docs/")
            return link[1]
        return relpath(found[aim], dirname(found[source]) or ".")

    parts = _FENCED.split(text)
    return "".join(part if number % 2 else _LINK.sub(changed, part) for number, part in enumerate(parts))
