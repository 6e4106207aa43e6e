"""Objects that are named tuples: their fields are had all at once, faster than one by one by name."""

from collections import namedtuple
from collections.abc import Sequence
from functools import lru_cache
from inspect import getattr_static
from typing import Any

Fields = tuple[str, ...]
_Probe: Any = namedtuple("_Probe", ["field"])  # made for the class of its getters alone
_Getter: type = type(_Probe.field)


def fields_of_all(objects: Sequence[Any]) -> Fields:
    """The fields that the objects have if they all are named tuples of one class; otherwise none."""
    classes = {value.__class__ for value in objects}
    return _fields_of(classes.pop()) if len(classes) == 1 else ()


@lru_cache(maxsize=10_000)
def _fields_of(kind: type) -> Fields:
    """None of a class that has changed what its fields give."""
    if not issubclass(kind, tuple) or kind.__add__ is not tuple.__add__:
        return ()
    if kind.__getattribute__ is not tuple.__getattribute__ or hasattr(kind, "__getattr__"):
        return ()
    fields = getattr(kind, "_fields", None)
    if not isinstance(fields, tuple):
        return ()
    return fields if all(_gives(kind, name, place) for place, name in enumerate(fields)) else ()


def _gives(kind: type, name: str, place: int) -> bool:
    getter = getattr_static(kind, name, None)
    return isinstance(getter, _Getter) and getter.__reduce__()[1][0] == place
