import json
from pathlib import Path

import pytest

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from tests.commands import run
from tests.oracle import Register


@pytest.fixture
def environment(own_province_url: str, tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path)}


def test_the_parts_are_told(environment: dict[str, str], register: Register) -> None:
    made = run("partition", "--json", **environment)

    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["members"] == len(register.members)
    begins = [part["begin"] for part in told["parts"]]
    assert begins == [None, *(city.path for city in register.of_kind(OrganizationKind.CITY))]
    assert "2000 members in 17 parts, 0 of them in other servers." in made.stderr

    again = run("partition", **environment)
    assert (again.returncode, again.stdout) == (1, "")
    assert "The members are in parts already." in again.stderr

    loaded = run("load", "--members", "300", "--replace", **environment)
    assert (loaded.returncode, loaded.stdout) == (1, "")
    assert "Load into a database of its own." in loaded.stderr


def test_an_organisation_elsewhere_must_be_one(
    environment: dict[str, str], province_committee: OrganizationRecord
) -> None:
    refused = run("partition", "--elsewhere", f"{province_committee.id}", **environment)
    assert refused.returncode == 2
    assert "--elsewhere" in refused.stderr
