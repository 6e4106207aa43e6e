"""A browser without JavaScript, as far as forms go: it reads pages, keeps cookies, fills forms in and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, str | None]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a page holds that tests ask for, and the redirects that led to it."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.answers = [*response.history, response]
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.text
        self.path = response.url.path
        self.url = str(response.url)
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.labels: set[str | None] = set()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if identifier := given.get("id"):
            self.ids.add(identifier)
        if tag == "form":
            self.forms.append(Form(given["action"] or "", given.get("method") or "get"))
        if tag == "input" and (name := given.get("name")):
            self.forms[-1].fields[name] = given.get("value") or ""
            self.forms[-1].attributes[name] = given
        if tag == "label":
            self.labels.add(given.get("for"))

    @property
    def heading(self) -> str:
        return self.html.partition("<h1>")[2].partition("</h1>")[0]

    @property
    def refresh(self) -> str | None:
        for tag, given in self.tags:
            if tag == "meta" and given.get("http-equiv") == "refresh":
                return (given["content"] or "").partition("url=")[2]
        return None

    @property
    def captcha(self) -> str:
        """The id of the picture that is shown."""
        return self.forms[0].fields["captchaId"]


@dataclass
class Browser:
    """`app` is asked as if it were at that address."""

    app: Any
    address: str = "http://dengta.test"
    language: str = "en"
    from_address: str = "192.0.2.1"

    def __post_init__(self) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.from_address, 1)),
            base_url=self.address,
            headers={"Accept-Language": self.language},
            follow_redirects=True,
        )

    async def open(self, path: str) -> Page:
        return Page(await self.http.get(path))

    async def send(self, page: Page, **entered: str) -> Page:
        """Fills the first form in and presses its button."""
        return await self._sent(page.forms[0], entered)

    async def press(self, page: Page, which: int) -> Page:
        """The button of another form."""
        return await self._sent(page.forms[which], {})

    async def _sent(self, form: Form, entered: dict[str, str]) -> Page:
        return Page(await self.http.post(form.action, data={**form.fields, **entered}))
