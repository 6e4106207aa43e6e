"""What an edit of the permission matrix may not do, and what is left of one that was stored all the same."""

import pytest

from auth.actor import Role, Tier
from auth.matrix_rules import edit_of
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.permissions import Keep, ProposedChange, StoredEntries
from schema.build import build_schema, governed_fields

FIELDS = governed_fields(build_schema())
MATRIX = PermissionMatrix(FIELDS)
ADMINISTRATOR, OFFICER, AUDITOR, PARTNER = Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER
COUNTY, OTHER = Tier.COUNTY_OR_ABOVE, Tier.OTHER_GRASSROOTS
HIDDEN, MASKED, VISIBLE = Visibility.HIDDEN, Visibility.MASKED, Visibility.VISIBLE
KEEP = Keep.KEEP


def problems(*changes: ProposedChange, matrix: PermissionMatrix = MATRIX) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(problem.code, problem.path) for problem in edit_of(matrix, changes, COUNTY)[1]]


@pytest.mark.parametrize(
    ("change", "code", "part"),
    [
        (ProposedChange(ADMINISTRATOR, COUNTY, "Member.shoeSize", HIDDEN), "FIELD_UNKNOWN", "field"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Member.birth_date", HIDDEN), "FIELD_UNKNOWN", "field"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Member.birthDate", MASKED), "MASK_IMPOSSIBLE", "read"),
        (ProposedChange(OFFICER, COUNTY, "Member.name", VISIBLE), "SEPARATION_OF_DUTIES", "read"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Organization.name", MASKED), "MASK_IMPOSSIBLE", "read"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Attachment.name", MASKED), "MASK_IMPOSSIBLE", "read"),
        (ProposedChange(OFFICER, OTHER, "Partner.name", MASKED), "MASK_IMPOSSIBLE", "read"),
        (ProposedChange(AUDITOR, OTHER, "Member.phone", MASKED), "SEPARATION_OF_DUTIES", "read"),
        (ProposedChange(PARTNER, COUNTY, "Member.phone", KEEP, write=True), "SEPARATION_OF_DUTIES", "write"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Member.identityNumber", KEEP, write=True), "NOT_WRITABLE", "write"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Member.age", KEEP, write=True), "NOT_WRITABLE", "write"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Organization.name", KEEP, write=True), "NOT_WRITABLE", "write"),
        (ProposedChange(ADMINISTRATOR, COUNTY, "Member.phone", HIDDEN, write=True), "WRITE_WITHOUT_READ", "write"),
    ],
)
def test_what_an_edit_may_not_do(change: ProposedChange, code: str, part: str) -> None:
    assert problems(change) == [(code, ("changes", 0, part))]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = ProposedChange(OFFICER, COUNTY, "Member.birthDate", MASKED, write=True)
    unknown = ProposedChange(OFFICER, COUNTY, "Nothing.atAll", VISIBLE)
    assert problems(wrong, unknown, wrong) == [
        ("MASK_IMPOSSIBLE", ("changes", 0, "read")),
        ("SEPARATION_OF_DUTIES", ("changes", 0, "read")),
        ("SEPARATION_OF_DUTIES", ("changes", 0, "write")),
        ("FIELD_UNKNOWN", ("changes", 1, "field")),
        ("FIELD_REPEATED", ("changes", 2, "field")),
    ]
    assert problems() == [("NO_CHANGES", ("changes",))]


def test_what_is_left_out_stays_and_null_is_the_default_again() -> None:
    place = Place(ADMINISTRATOR, COUNTY, "Member.phone")
    edited = MATRIX.edited(StoredEntries(3, {place: Entry(MASKED, write=False)}))
    kept = ProposedChange(ADMINISTRATOR, COUNTY, "Member.phone", KEEP, write=None)
    reset = ProposedChange(ADMINISTRATOR, COUNTY, "Member.phone", None)
    assert edit_of(edited, [kept], COUNTY) == ({place: Entry(MASKED, None)}, [])
    assert edit_of(edited, [reset], COUNTY) == ({place: Entry(None, write=False)}, [])


def test_a_field_that_becomes_hidden_cannot_stay_explicitly_writable() -> None:
    place = Place(ADMINISTRATOR, COUNTY, "Member.phone")
    edited = MATRIX.edited(StoredEntries(3, {place: Entry(None, write=True)}))
    hiding = ProposedChange(ADMINISTRATOR, COUNTY, "Member.phone", HIDDEN)
    assert problems(hiding, matrix=edited) == [("WRITE_WITHOUT_READ", ("changes", 0, "write"))]
    assert problems(hiding) == []


def test_no_stored_entry_gives_a_role_what_is_not_meant_for_it() -> None:
    stored = {
        Place(OFFICER, COUNTY, "Member.name"): Entry(VISIBLE, write=True),
        Place(PARTNER, COUNTY, "Member.phone"): Entry(VISIBLE, write=True),
        Place(ADMINISTRATOR, COUNTY, "Member.birth_date"): Entry(MASKED),
        Place(ADMINISTRATOR, COUNTY, "Member.that_is_gone"): Entry(VISIBLE),
    }
    matrix = MATRIX.edited(StoredEntries(9, stored))
    assert matrix.version == 9
    assert matrix.visibility(OFFICER, COUNTY, "Member.name") is HIDDEN
    assert not matrix.is_written(OFFICER, COUNTY, "Member.name")
    assert not matrix.is_written(PARTNER, COUNTY, "Member.phone")
    assert matrix.visibility(ADMINISTRATOR, COUNTY, "Member.birth_date") is HIDDEN


def test_administrators_write_what_people_enter_except_the_identity_number() -> None:
    written = {name for name in FIELDS if MATRIX.is_written(ADMINISTRATOR, OTHER, name)}
    assert written == {name for name, field in FIELDS.items() if field.is_writable}
    assert {"Member.name", "Member.phone", "Member.home_address", "Member.branch", "Member.photo"} <= written
    assert written & {"Member.identity_number", "Member.age", "Member.version", "Member.real_name_status"} == set()
    assert [
        name for name in FIELDS for role in (OFFICER, AUDITOR, PARTNER) if MATRIX.is_written(role, COUNTY, name)
    ] == []


def test_what_is_hidden_is_not_written() -> None:
    hidden = MATRIX.edited(StoredEntries(1, {Place(ADMINISTRATOR, COUNTY, "Member.name"): Entry(HIDDEN)}))
    assert not hidden.is_written(ADMINISTRATOR, COUNTY, "Member.name")
    assert hidden.permissions_of(ADMINISTRATOR, COUNTY).differing_from(
        MATRIX.permissions_of(ADMINISTRATOR, COUNTY)
    ) == ["Member.name"]
