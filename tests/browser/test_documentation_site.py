"""The site of the documentation, once `make docs` has built it: it is searched in both languages, and needs no network.

`make test-docs` runs this. Zensical, which builds the site, is 90 MB: the environment of the tests does without.
"""

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.async_api import Page, expect

SITE = os.environ.get("DENGTA_TEST_SITE")
pytestmark = pytest.mark.skipif(SITE is None, reason="make test-docs builds the site, and says where it is")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # its parent's name
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.mark.parametrize(
    ("words", "page_found"),
    [
        ("组织关系转接", "members.html"),
        ("转接", "members.html"),  # part of that word
        ("模糊查询", "query-builder.html"),
        ("idempotency", "idempotency.html"),
        ("heartbeat", "subscriptions.html"),
        ("PHONE_SHARED", "rules.html"),
    ],
)
async def test_a_search_finds_the_page(page: Page, address: str, words: str, page_found: str) -> None:
    await page.goto(f"{address}/index.html")
    await page.locator(".md-search__button").click()
    await page.keyboard.type(words)
    await expect(page.locator(f'a[href*="{page_found}?h="]').first).to_be_visible()
