"""`python -m website build` or `serve`: lays the pages out in `build/docs` and lets Zensical make the site there."""

import json
import os
import sys
from pathlib import Path

from website.hosts import fetched_elsewhere
from website.navigation import Navigation, navigation
from website.pages import LostLinksError, lay_out

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "docs"
_ADDRESS = "127.0.0.1:8001"
CONFIGURATION = FOLDER / "zensical.toml"


def main(command: str) -> None:
    write_configuration(navigation(lay_out(ROOT, FOLDER / "pages")))
    from zensical.main import cli  # noqa: PLC0415 # of an environment of its own, which the tests do without

    os.chdir(FOLDER)
    if command == "serve":
        cli(["serve", "--config-file", str(CONFIGURATION), "--dev-addr", _ADDRESS])
    cli(["build", "--clean", "--strict", "--config-file", str(CONFIGURATION)], standalone_mode=False)
    if elsewhere := fetched_elsewhere(FOLDER / "site"):
        sys.exit("The site would fetch from other hosts:\n" + "\n".join(elsewhere))


def write_configuration(pages: Navigation) -> None:
    own = (Path(__file__).parent / "zensical.toml").read_text(encoding="utf-8")
    before, table, after = own.partition("[project]\n")
    CONFIGURATION.write_text(before + table + as_toml(pages) + after, encoding="utf-8")


def as_toml(pages: Navigation) -> str:
    """JSON's strings are TOML's too."""
    sections = (
        f"    {{ {json.dumps(title, ensure_ascii=False)} = {json.dumps(list(its_pages), ensure_ascii=False)} }},\n"
        for title, its_pages in pages
    )
    return f"nav = [\n{''.join(sections)}]\n"


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "build")
    except LostLinksError as lost:
        sys.exit(str(lost))
