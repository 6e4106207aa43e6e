"""`dengta import members` into a register in parts."""

from collections import Counter
from pathlib import Path

import pytest

from domain.validation.rules.contact import MOST_SHARERS
from tests.parted import Parted, rows
from tests.server.importing.tables import GOOD, csv_bytes, good_row, identity_number, run

ENTERED = "SELECT id, org_path FROM members WHERE identity_number = ANY(%s) ORDER BY id"
SHARERS = "SELECT member_id FROM validation_results WHERE rule = 'PHONE_SHARED'"


@pytest.fixture
def imported_into(parted: Parted, monkeypatch: pytest.MonkeyPatch) -> Parted:
    monkeypatch.setenv("DATABASE_URL", parted.url)
    return parted


def file(folder: Path, *lines: list[str]) -> Path:
    path = folder / "members.csv"
    path.write_bytes(csv_bytes([list(GOOD), *lines]))
    return path


def test_rows_come_into_the_parts_of_their_branches_and_are_checked_with_those_of_all(
    imported_into: Parted, tmp_path: Path
) -> None:
    parted = imported_into
    holders = Counter(member.phone for member in parted.register.members)
    untouched = list(parted.members_of(away=True))[50:]  # by tests that change members of this register
    known = next(each for each in untouched if each.phone and holders[each.phone] == 1)
    branches = [parted.branches(away=order % 2 == 0)[0] for order in range(MOST_SHARERS)]
    lines = [
        good_row(order, 所在党支部=str(branch.id), 联系电话=str(known.phone)) for order, branch in enumerate(branches)
    ]

    outcome = run(file(tmp_path, *lines))

    assert (outcome.exit_code, outcome.stdout) == (0, f"Members imported: {MOST_SHARERS}.\n")
    entered = rows(parted.url, ENTERED, ([identity_number(order) for order in range(MOST_SHARERS)],))
    assert [path for _, path in entered] == [branch.path for branch in branches]
    for number, path in entered:
        assert parted.lies_away(number) is path.startswith(parted.away.path)
        assert parted.told_of(number) == [("MEMBER_ADDED", path, None, [])]
    sharers = {number for number, _ in entered} | {known.id}
    assert sharers <= {number for (number,) in rows(parted.url, SHARERS)}


def test_a_number_of_another_part_is_refused_and_nothing_is_saved(imported_into: Parted, tmp_path: Path) -> None:
    parted = imported_into
    known = list(parted.members_of(away=True))[60]
    of_known = good_row(8, 公民身份证号=known.identity_number, 所在党支部=str(parted.branches(away=False)[0].id))
    new = good_row(9, 所在党支部=str(parted.branches(away=True)[0].id))

    outcome = run(file(tmp_path, of_known, new), "--json")

    assert outcome.exit_code == 1
    assert "DUPLICATE_IDENTITY_NUMBER" in [code for _, _, code in outcome.errors]
    assert rows(parted.url, ENTERED, ([identity_number(9)],)) == []
