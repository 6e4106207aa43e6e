"""行政区划: the cities and counties of Shandong as they are now, by GB/T 2260 (python-stdnum carries the list)."""

import re
from dataclasses import dataclass
from functools import cache

from stdnum import numdb

PROVINCE_CODE = "37"
PROVINCE_NAME = "山东省"
_LIST = numdb.get("cn/loc")
_STILL_VALID = re.compile(r"(?:\[\d*-\])?([^\[\],]+)$")
_NO_DIVISION_OF_ITS_OWN = "市辖区"


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class City:
    code: str
    name: str
    counties: tuple[County, ...]


@cache
def cities() -> tuple[City, ...]:
    """In the order of their codes."""
    found = []
    for prefix in (f"{PROVINCE_CODE}{number:02d}" for number in range(1, 100)):
        name = _valid_name(f"{prefix}00")
        if name is not None:
            found.append(City(f"{prefix}00", name, _counties_of(prefix)))
    return tuple(found)


@cache
def counties() -> tuple[County, ...]:
    return tuple(county for city in cities() for county in city.counties)


@cache
def counties_elsewhere() -> tuple[str, ...]:
    """Codes of counties in other provinces, for people who were born there."""
    return tuple(
        f"{province}{number:04d}"
        for province in ("13", "21", "23", "32", "34", "41", "42", "51")
        for number in range(101, 1400)
        if number % 100 and _valid_name(f"{province}{number:04d}") not in (None, _NO_DIVISION_OF_ITS_OWN)
    )


def _counties_of(prefix: str) -> tuple[County, ...]:
    codes = [f"{prefix}{number:02d}" for number in range(1, 100)]
    named = [(code, _valid_name(code)) for code in codes]
    return tuple(County(code, name) for code, name in named if name is not None and name != _NO_DIVISION_OF_ITS_OWN)


def _valid_name(code: str) -> str | None:
    """The list gives each name with its years, `[1985-2016]章丘县,[2016-]章丘区`; only one without an end is valid."""
    entries = _LIST.info(code)
    listed = entries[1][1].get("county", "") if len(entries) > 1 else ""
    for entry in listed.split(","):
        match = _STILL_VALID.fullmatch(entry)
        if match is not None:
            return match.group(1)
    return None
