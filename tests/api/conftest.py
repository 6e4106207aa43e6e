import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from domain.records import OrganizationRecord
from server.operations.executors import COMPILED, GRAPHQL_CORE
from tests.listened import ListenedRegister, listened_to


@pytest.fixture(params=[COMPILED, GRAPHQL_CORE])
async def listened(
    request: pytest.FixtureRequest, own_province_url: str, province_committee: OrganizationRecord
) -> AsyncIterator[ListenedRegister]:
    async with listened_to(own_province_url, province_committee, request.param) as register:
        yield register


@pytest.fixture(scope="session")
def breaches(province_template: str, run_folder: Path) -> Mapping[str, set[int]]:  # noqa: ARG001 # which writes it
    """Rule → the members of the province into whom a breach of it was put."""
    return {rule: set(ids) for rule, ids in json.loads((run_folder / "manifest.json").read_text())["breaches"].items()}
