from collections import namedtuple
from typing import Any, NamedTuple

from domain.records import MemberRecord, record_class
from execution.named_tuples import fields_of_all


class Place(NamedTuple):
    row: int
    column: int


class Shifted(Place):
    """Its attributes are not what it holds."""

    @property
    def row(self) -> int:
        return self[0] + 1


class Guarded(Place):
    def __getattribute__(self, name: str) -> Any:
        return 7 if name == "row" else super().__getattribute__(name)


class Summed(Place):
    def __add__(self, _other: object) -> Any:
        return 7


class Named(MemberRecord, namedtuple("Named", ["id"])):  # type: ignore[misc] # as records are made
    __slots__ = ()


def test_objects_of_one_class_have_its_fields() -> None:
    assert fields_of_all([Place(1, 2), Place(3, 4)]) == ("row", "column")
    assert fields_of_all([Named(1)]) == ("id",)


def test_records_are_named_tuples() -> None:
    member = record_class(MemberRecord, ("id", "name"))._make((1, "王"))
    assert fields_of_all([member]) == ("id", "name")


def test_objects_of_several_classes_and_others_have_none() -> None:
    assert fields_of_all([Place(1, 2), Named(1)]) == ()
    assert fields_of_all([(1, 2)]) == ()
    assert fields_of_all([object()]) == ()
    assert fields_of_all([]) == ()


def test_a_class_that_changes_what_its_fields_give_has_none() -> None:
    assert [fields_of_all([kind(1, 2)]) for kind in (Shifted, Guarded, Summed)] == [(), (), ()]


class Spelled(tuple[int, ...]):
    """A tuple that is no named one, whatever it says."""

    __slots__ = ()
    _fields = "row"


class Missing(tuple[int, ...]):
    __slots__ = ()
    _fields = ("nowhere",)


class Computed(tuple[int, ...]):
    __slots__ = ()

    @property
    def _fields(self) -> tuple[str, ...]:
        return ("row",)


def test_a_tuple_whose_fields_are_no_names_of_its_own_has_none() -> None:
    assert [fields_of_all([kind((1, 2))]) for kind in (Spelled, Missing, Computed)] == [(), (), ()]
