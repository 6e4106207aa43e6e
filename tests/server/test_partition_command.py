import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from server.cli import app
from tests.oracle import Register


@pytest.fixture
def environment(own_province_url: str, tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path)}


def dengta(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner(env=environment).invoke(app, arguments, catch_exceptions=False)


def test_the_parts_are_told(environment: dict[str, str], register: Register) -> None:
    made = dengta(environment, "partition", "--json")

    assert made.exit_code == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["members"] == len(register.members)
    begins = [part["begin"] for part in told["parts"]]
    assert begins == [None, *(city.path for city in register.of_kind(OrganizationKind.CITY))]
    assert "2000 members in 17 parts, 0 of them in other servers." in made.stderr

    again = dengta(environment, "partition")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "The members are in parts already." in again.stderr

    loaded = dengta(environment, "load", "--members", "300", "--replace")
    assert (loaded.exit_code, loaded.stdout) == (1, "")
    assert "Load into a database of its own." in loaded.stderr


def test_an_organisation_elsewhere_must_be_one(
    environment: dict[str, str], province_committee: OrganizationRecord
) -> None:
    refused = dengta(environment, "partition", "--elsewhere", f"{province_committee.id}")
    assert refused.exit_code == 2
    assert "--elsewhere" in refused.stderr


def test_what_was_parted_is_one_table_again(environment: dict[str, str], register: Register) -> None:
    early = dengta(environment, "partition", "--undo")
    assert (early.exit_code, early.stdout) == (1, "")
    assert "The members are in one table already." in early.stderr

    assert dengta(environment, "partition").exit_code == 0
    undone = dengta(environment, "partition", "--undo", "--json")

    assert (undone.exit_code, json.loads(undone.stdout)) == (0, {"members": len(register.members), "parts": []})
    assert "2000 members in one table." in undone.stderr


def test_what_is_undone_has_nothing_elsewhere(environment: dict[str, str]) -> None:
    refused = dengta(environment, "partition", "--undo", "--elsewhere", "370200=postgresql://there/members")
    assert refused.exit_code == 2
    assert "--undo" in refused.stderr
