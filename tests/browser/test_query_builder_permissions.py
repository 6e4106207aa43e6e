"""The query builder offers what the permission matrix leaves, and no more."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.records import OrganizationRecord
from schema.build import build_schema, governed_fields
from tests.asking import Api
from tests.at_the_console import begin_query, condition, opened, results, run
from tests.serving import served

HIDING = {
    Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.birth_date"): Entry(Visibility.HIDDEN),
    Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.age"): Entry(Visibility.HIDDEN),
    Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.phone"): Entry(Visibility.MASKED),
}


@pytest.fixture
def guarded(api: Api) -> Api:
    """The same application under a matrix that hides date of birth and age, and masks the phone."""
    return Api(api.database, PermissionMatrix(governed_fields(build_schema()), HIDING), api.clock, api.key)


@pytest.fixture
async def address(province_url: str, guarded: Api) -> AsyncIterator[str]:
    async with served(guarded, province_url) as place:
        yield f"http://{place}"


@pytest.fixture
async def builder(page: Page, address: str, guarded: Api, county: OrganizationRecord) -> Locator:
    await opened(page, address, guarded.token(Role.ADMINISTRATOR, county))
    return await begin_query(page)


async def test_a_hidden_field_is_no_condition_no_column_and_no_order(builder: Locator) -> None:
    fields = await condition(builder, "Name").get_by_label("Field").locator("option").all_inner_texts()
    assert "Gender" in fields
    assert not {"Date of birth", "Age"} & set(fields)

    await builder.get_by_role("button", name="Columns").click()
    await expect(builder.get_by_role("checkbox", name="Gender", exact=True)).to_be_visible()
    await expect(builder.get_by_role("checkbox", name="Date of birth")).to_have_count(0)
    await builder.get_by_role("button", name="+ Order").click()
    orders = await builder.get_by_role("combobox", name="Order 1").locator("option").all_inner_texts()
    assert "Gender" in orders
    assert not {"Date of birth", "Age", "Phone"} & set(orders)


async def test_a_masked_field_is_looked_for_by_its_whole_value_alone(builder: Locator) -> None:
    row = condition(builder, "Name")
    await row.get_by_label("Field").select_option("Phone")
    methods = condition(builder, "Phone").get_by_label("Method").locator("option")
    await expect(methods).to_have_text(["equals"])


async def test_what_is_offered_is_answered(page: Page, builder: Locator) -> None:
    await builder.get_by_role("button", name="Columns").click()
    for box in await builder.get_by_role("group", name="Columns").get_by_role("checkbox").all():
        await box.check()
    answer = await run(page, builder)
    assert "errors" not in answer
    assert "phone" in answer["data"]["members"]["nodes"][0]
    await expect(results(page).get_by_role("columnheader", name="Phone")).to_be_visible()
