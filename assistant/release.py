"""Releases as they are shipped: `releases/<version>/` holds `release.toml` (`date`), and in each language (`zh`, `en`)
`notes.<language>.md`, whose first line is the title, and `guide.<language>.md`."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from assistant.rendering import rendered

LANGUAGES = ("zh", "en")
SHIPPED = Path(__file__).with_name("releases")

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_TITLE = re.compile(r"# (\S.*)\n+")


class ReleaseMalformedError(Exception):
    """A folder of `releases` is not as the rest of the house expects it; it says which, and why."""


@dataclass(frozen=True, slots=True)
class Release:
    """In one language. Markdown, and the same as HTML that is safe to show."""

    version: str
    released_on: date
    title: str
    body: str
    body_html: str
    guide: str
    guide_html: str


def order_of(version: str) -> tuple[int, ...]:
    """0.10.0 comes after 0.9.0."""
    return tuple(map(int, version.split(".")))


@cache
def releases_in(language: str, folder: Path = SHIPPED) -> tuple[Release, ...]:
    """Newest first; read once. ReleaseMalformedError."""
    found = [_release(each, language) for each in folder.iterdir() if each.is_dir()]
    return tuple(sorted(found, key=lambda release: order_of(release.version), reverse=True))


def _release(folder: Path, language: str) -> Release:
    if not _VERSION.fullmatch(folder.name):
        raise ReleaseMalformedError(f"{folder.name} is no version, such as 0.1.0")
    notes, guide = (_read(folder / f"{name}.{language}.md") for name in ("notes", "guide"))
    title = _TITLE.match(notes)
    if title is None:
        raise ReleaseMalformedError(f"{folder.name}/notes.{language}.md does not begin with a title (`# …`)")
    body = notes[title.end() :]
    return Release(
        version=folder.name,
        released_on=_day(folder),
        title=title[1].strip(),
        body=body,
        body_html=rendered(body),
        guide=guide,
        guide_html=rendered(guide),
    )


def _day(folder: Path) -> date:
    day = tomllib.loads(_read(folder / "release.toml")).get("date")
    if type(day) is not date:
        raise ReleaseMalformedError(f"{folder.name}/release.toml does not say the date (`date = 2026-11-30`)")
    return day


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ReleaseMalformedError(f"{path.parent.name}/{path.name} is missing") from error
