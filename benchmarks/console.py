"""How soon the console can be used: `python -m benchmarks.console ADDRESS`, one that `dengta demo` prints."""

import asyncio
import shutil
from statistics import median
from time import perf_counter
from typing import Annotated

import typer
from playwright.async_api import Browser, async_playwright

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_BYTES = "performance.getEntriesByType('resource').reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
_MARKS = (
    "the page stands",
    "the editor can be written in",
    "the query builder is open",
    "the editor again, files kept",
)


def main(
    address: Annotated[str, typer.Argument(help="An address that carries a token.")],
    rounds: Annotated[int, typer.Option(help="How many browsers without kept files open it, one after the other.")] = 5,
) -> None:
    """Open the console in fresh browsers and tell the median of the seconds until it can be used."""
    times, size = asyncio.run(_measured(address, rounds))
    for mark, seconds in zip(_MARKS, zip(*times, strict=True), strict=True):
        typer.echo(f"{mark}: {median(seconds):.2f} s")
    typer.echo(f"{size / 1_000_000:.1f} MB")


async def _measured(address: str, rounds: int) -> tuple[list[tuple[float, ...]], int]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        results = [await _opened(browser, address) for _ in range(rounds)]
        await browser.close()
    return [times for times, _ in results], results[0][1]


async def _opened(browser: Browser, address: str) -> tuple[tuple[float, ...], int]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = await context.new_page()
    editor = page.locator(".graphiql-query-editor .view-line").first
    start = perf_counter()
    await page.goto(address)
    await page.locator(".top-bar").wait_for()
    stands = perf_counter()
    await editor.wait_for()
    written = perf_counter()
    size = int(await page.evaluate(_BYTES))
    await page.get_by_role("button", name="Query builder").click()
    await page.get_by_role("button", name="New query").wait_for()
    built = perf_counter()
    await page.reload()
    await editor.wait_for()
    again = perf_counter()
    await context.close()
    return (stands - start, written - start, built - written, again - built), size


if __name__ == "__main__":
    typer.run(main)
