"""schemathesis over every field of the roots, as every role. Its checks take what a caller did wrong for a failure."""

from datetime import timedelta

import httpx
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from tests.fuzzing.target import Target
from tests.fuzzing.time_box import fuzz
from tests.fuzzing.values import LITERALS


@pytest.fixture(scope="module", autouse=True)
def _scalars() -> None:
    for name, values in LITERALS.items():
        schemathesis.graphql.scalar(name, values)


def as_httpx_has_it(response: schemathesis.Response) -> httpx.Response:
    headers = [(name, value) for name, values in response.headers.items() for value in values]
    made = httpx.Response(response.status_code, content=response.content, headers=headers)
    made.elapsed = timedelta(seconds=response.elapsed)
    return made


def test_schemathesis_finds_nothing(target: Target) -> None:
    address = f"{target.address}/graphql"
    asker_with_token = target.askers[0]
    schema = schemathesis.graphql.from_url(address, headers=asker_with_token.headers)
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(operations) > 80

    def attempt(data: st.DataObject) -> None:
        asker = data.draw(st.sampled_from(target.askers))
        case = data.draw(data.draw(st.sampled_from(operations)).as_strategy())
        response = case.call(headers={**asker.headers, "Accept-Language": "en"})
        target.require_good(asker, as_httpx_has_it(response), str(case.body))

    fuzz(attempt, share=0.1)
