"""examples/administrator in a real browser, at a server that runs its documents and no others (`make test-front-end`)."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from auth.secret_files import code_key, secret_at
from domain.synthetic.staff import DEMO_PASSWORD
from tests.browser.test_signing_in import ADMINISTRATOR, Demo, give_both_factors
from tests.commands import TOKEN, free_port, run, running, said_until

EXAMPLE = Path(__file__).parents[2] / "examples/administrator"
MANIFEST = EXAMPLE / "src/gql/persisted-documents.json"
_PATIENCE = 20_000  # milliseconds

expect.set_options(timeout=_PATIENCE)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class FrontEnd:
    """The built example on a web server of its own, and the register that it asks."""

    address: str
    demo: Demo


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontEnd]:
    if not (EXAMPLE / "dist").exists():
        pytest.skip("examples/administrator is not built: make test-front-end")
    folder, site, port = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("site"), free_port()
    shutil.copytree(EXAMPLE / "dist", site, dirs_exist_ok=True)
    register = f"http://127.0.0.1:{port}"
    (site / "config.json").write_text(json.dumps({"register": register, "client": "register-web"}))
    environment = {
        "DENGTA_DATA_DIRECTORY": str(folder),
        "DENGTA_PORT": str(port),
        "DENGTA_TRUSTED_DOCUMENTS": str(MANIFEST),
        "DENGTA_DOCUMENTS": "trusted",
    }
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(site))) as pages:
        Thread(target=pages.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{pages.server_port}/"
        client = ("register-web", "--name", "示例", "--redirect-uri", address)
        with running("demo", "--members", "300", environment=environment) as process:
            said = said_until(process, TOKEN)
            assert run("client", "register", *client, **environment).returncode == 0
            yield FrontEnd(address, Demo(register, said, code_key(secret_at(folder / "secret", "DENGTA_SECRET_FILE"))))
            process.terminate()
            process.wait(60)
        pages.shutdown()


@asynccontextmanager
async def desk(browser: Browser, front_end: FrontEnd, phone: str) -> AsyncIterator[Page]:
    """The page at which somebody has signed in, in a browser of their own; nothing may go wrong in it."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("response", lambda got: problems.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    await page.goto(front_end.address)
    await page.get_by_role("button", name="登录").click()
    await give_both_factors(page, front_end.demo, phone, DEMO_PASSWORD)
    await expect(page.get_by_role("button", name="退出")).to_be_visible()
    assert "code=" not in page.url
    yield page
    await context.close()
    assert [problem for problem in problems if "favicon" not in problem] == []


@pytest.fixture
async def province(browser: Browser, front_end: FrontEnd) -> AsyncIterator[Page]:
    async with desk(browser, front_end, ADMINISTRATOR.findall(front_end.demo.said)[0]) as page:
        yield page


@pytest.fixture
async def county(browser: Browser, front_end: FrontEnd) -> AsyncIterator[Page]:
    async with desk(browser, front_end, ADMINISTRATOR.findall(front_end.demo.said)[1]) as page:
        yield page


@pytest.fixture
async def committee(browser: Browser, front_end: FrontEnd) -> AsyncIterator[Page]:
    """Of the county; phones are masked here."""
    async with desk(browser, front_end, ADMINISTRATOR.findall(front_end.demo.said)[2]) as page:
        yield page


def members(page: Page) -> Locator:
    return page.get_by_role("table").get_by_role("row").filter(has=page.get_by_role("button", name="修改"))


def row_of(page: Page, name: str) -> Locator:
    return members(page).filter(has=page.get_by_role("rowheader", name=name, exact=True))


async def a_name_of_one(page: Page) -> str:
    """Of a listed member who shares it with nobody on the page."""
    await expect(members(page).first).to_be_visible()
    names = await members(page).get_by_role("rowheader").all_inner_texts()
    return next(name for name in names if names.count(name) == 1)


async def search(page: Page, name: str, method: str = "精准查询") -> None:
    await page.get_by_label("姓名").fill(name)
    await page.get_by_label("查询方法").select_option(label=method)
    await page.get_by_role("button", name="查询", exact=True).click()


async def test_members_are_found_and_paged(province: Page) -> None:
    total = province.get_by_text("名党员")
    await expect(members(province)).to_have_count(20)
    everybody, first = await total.inner_text(), await members(province).first.inner_text()
    await province.get_by_role("button", name="下一页").click()
    await expect(members(province).first).not_to_have_text(first)
    await province.get_by_role("button", name="上一页").click()
    await expect(members(province).first).to_contain_text(first.split()[0])
    surname = (await a_name_of_one(province))[0]
    await search(province, surname, "左匹配查询")
    await expect(total).not_to_have_text(everybody)
    names = members(province).get_by_role("rowheader")
    await expect(names.filter(has_not_text=re.compile(f"^{surname}"))).to_have_count(0)
    await expect(names.first).to_be_visible()

    await search(province, "")
    await expect(total).to_have_text(everybody)
    await province.get_by_label("学历").select_option(label=["大学本科"])
    await province.get_by_label("自").fill("1980-01-01")
    await province.get_by_role("button", name="查询", exact=True).click()
    await expect(total).not_to_have_text(everybody)
    await expect(members(province).filter(has_not_text="大学本科")).to_have_count(0)
    await expect(members(province).filter(has_text=re.compile(r"19[0-7]\d-"))).to_have_count(0)
    await expect(members(province).first).to_be_visible()


async def test_what_is_wrong_is_said_where_it_is_and_whoever_was_faster_is_not_overwritten(
    committee: Page, county: Page
) -> None:
    name = await a_name_of_one(committee)
    await search(county, name)
    for page in (committee, county):
        await row_of(page, name).get_by_role("button").click()
    at_county, at_committee = (page.get_by_role("dialog") for page in (county, committee))

    await at_county.get_by_label("联系电话").fill("123")
    await at_county.get_by_role("button", name="保存").click()
    await expect(at_county.locator("#phone-problems")).to_contain_text("电话")
    await at_county.get_by_label("联系电话").fill("13900139000")
    await at_county.get_by_role("button", name="保存").click()
    await expect(at_county).to_have_count(0)

    await expect(row_of(committee, name)).to_contain_text("139****9000")  # without a reload, while the form is open
    await at_committee.get_by_label("家庭住址").fill("示例路 1 号")
    await at_committee.get_by_role("button", name="保存").click()
    await expect(at_committee.get_by_role("alert").first).to_contain_text("修改")
    await expect(at_committee.get_by_label("联系电话")).to_have_value("139****9000")
    await at_committee.get_by_label("家庭住址").fill("示例路 1 号")
    await at_committee.get_by_role("button", name="保存").click()
    await expect(at_committee).to_have_count(0)


async def test_a_request_and_its_decision_are_seen_by_the_other_side_without_a_reload(
    committee: Page, county: Page
) -> None:
    name = await a_name_of_one(committee)
    to_decide = county.get_by_role("region", name="待我审批")
    asked = committee.get_by_role("region", name="我方提出")
    await expect(to_decide.get_by_role("status")).to_contain_text("共")

    await row_of(committee, name).get_by_role("button").click()
    form = committee.get_by_role("form", name="提出减少申请")
    await form.get_by_label("减少类别").select_option(label="其他原因减少")
    await form.get_by_label("申请理由").fill("长期在国外定居")
    await form.get_by_role("button", name="提出申请").click()
    await expect(committee.get_by_text("申请已提出")).to_be_visible()
    await committee.get_by_role("button", name="取消").click()

    await expect(to_decide.get_by_role("listitem").filter(has_text=name)).to_contain_text("长期在国外定居")
    decision = county.get_by_role("form", name=f"审批 {name}")
    await decision.get_by_label("审核意见").fill("同意")
    await decision.get_by_label("审核意见").press("Enter")  # the keyboard does

    await expect(to_decide.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    await expect(asked.get_by_role("listitem").filter(has_text=name)).to_contain_text("已通过：同意")
    await expect(row_of(committee, name)).to_have_count(0)


async def test_whoever_signs_out_is_out(province: Page) -> None:
    await province.get_by_role("button", name="退出").click()
    await expect(province.get_by_role("button", name="登录")).to_be_visible()
