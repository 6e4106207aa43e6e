"""采集表式样: every field of a record is on its page, or there is a reason why not."""

import pytest

from auth.default_matrix import FieldClass
from server.app import DEFAULT_PERMISSIONS
from server.printing.layout import LAYOUTS

NOT_PRINTED = {
    "id": "is for programs",
    "version": "is for programs",
    "account": "is of the personal zone, not of the record",
    "created_at": "is of the register, not of the person",
    "updated_at": "is of the register, not of the person",
    "photo": "stands in the place of its own",
}


@pytest.mark.parametrize("type_name", LAYOUTS)
def test_every_field_of_a_record_is_printed(type_name: str) -> None:
    of_record = {
        name.partition(".")[2]
        for name, field in DEFAULT_PERMISSIONS.fields.items()
        if name.startswith(f"{type_name}.") and field.field_class in (FieldClass.RECORD, FieldClass.PERSONAL)
    }
    printed = {field.column for field in LAYOUTS[type_name].fields}
    assert of_record - printed == set(NOT_PRINTED) & of_record
    assert printed - of_record == {"parent"}


@pytest.mark.parametrize("type_name", LAYOUTS)
def test_whatever_is_printed_is_governed(type_name: str) -> None:
    for field in LAYOUTS[type_name].fields:
        assert set(field.uses) <= set(DEFAULT_PERMISSIONS.fields)


@pytest.mark.parametrize("type_name", LAYOUTS)
def test_rows_beside_the_photo_are_of_two_cells(type_name: str) -> None:
    assert {len(row) for row in LAYOUTS[type_name].beside_photo} == {2}
    assert {len(row) for row in LAYOUTS[type_name].below} <= {1, 2}
