"""联系方式: phones that no two members share, and addresses in the county of the branch."""

from functools import cache
from random import Random

from domain.synthetic.divisions import cities

_MOBILE_PREFIXES = tuple(
    str(prefix) for span in ((130, 140), (150, 154), (155, 160), (176, 179), (180, 190)) for prefix in range(*span)
)
_NUMBERS_OF_A_PREFIX = 10**8
_LANDLINE_EVERY = 33
_AREA_CODES = ("0531", "0532", "0533", "0632", "0546", "0535", "0536", "0537",
               "0538", "0631", "0633", "0539", "0534", "0635", "0543", "0530")  # fmt: skip
_OF_EIGHT_DIGITS = {"0531", "0532"}
_STREETS = ("泉城路", "经十路", "文化路", "解放路", "人民路", "建设街", "新华街", "和平路", "青年路", "胜利街",
            "东风路", "北园大街", "滨河路", "学府路", "振兴街", "迎宾路")  # fmt: skip


def phone_of(member: int, county: int) -> str:
    """A valid number: for every 33rd member a landline of the county's city, for the others a mobile."""
    if member % _LANDLINE_EVERY == 0:
        return _landline(member // _LANDLINE_EVERY, _AREA_CODES[_city_and_names(county)[0]])
    return mobile_of(member)


def mobile_of(member: int) -> str:
    """The member's own mobile number, whether or not it is the one in the record; distinct up to 3 billion members."""
    number, prefix = divmod(member, len(_MOBILE_PREFIXES))
    return f"{_MOBILE_PREFIXES[prefix]}{(number * 61_803_399 + 27_182_818) % _NUMBERS_OF_A_PREFIX:08d}"


def _landline(number: int, area: str) -> str:
    """Numbers that begin with 8, distinct up to 33 million members."""
    if area in _OF_EIGHT_DIGITS:
        return f"{area}-8{(number * 6_180_339) % 10**7:07d}"
    return f"{area}-8{(number * 618_033) % 10**6:06d}"


def address_in(county: int, random: Random) -> str:
    _, city, name = _city_and_names(county)
    street = _STREETS[int(random.random() * len(_STREETS))]
    door, house, unit, room = (1 + int(random.random() * most) for most in (300, 30, 6, 30))
    return f"山东省{city}{name}{street}{door}号{house}号楼{unit}单元{room}01室"


@cache
def _places() -> tuple[tuple[int, str, str], ...]:
    return tuple((place, city.name, county.name) for place, city in enumerate(cities()) for county in city.counties)


def _city_and_names(county: int) -> tuple[int, str, str]:
    return _places()[county]
