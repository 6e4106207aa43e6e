"""代码写法: the ways in which people and other systems write the codes of a list."""

from collections.abc import Iterator, Mapping

from domain.codes import CodeList, Education, Ethnicity, MemberCategory

_MANY = 12

# What forms and older systems write besides the labels.
_COLLOQUIAL: Mapping[CodeList, tuple[str, ...]] = {
    MemberCategory.FORMAL: ("正式",),
    MemberCategory.PROBATIONARY: ("预备",),
    Education.DOCTORATE: ("博士",),
    Education.MASTER: ("硕士",),
    Education.BACHELOR: ("本科",),
    Education.JUNIOR_COLLEGE: ("专科", "大专"),
    Education.SECONDARY_SPECIALIZED: ("中专",),
    Education.VOCATIONAL_HIGH_SCHOOL: ("职高",),
    Education.SKILLED_WORKER_SCHOOL: ("技校",),
    Education.SENIOR_HIGH_SCHOOL: ("高中",),
}


def codes_by_spelling(codes: type[CodeList]) -> Mapping[str, CodeList]:
    """Every accepted spelling, case folded → its code: label, name, the standard's number, colloquial forms."""
    return {spelling.casefold(): code for code in codes for spelling in _spellings(code)}


def example_spellings(codes: type[CodeList]) -> str:
    """The labels to choose from, or the first of them when they are many."""
    labels = "、".join(code.chinese for code in list(codes)[:_MANY])
    return labels if len(codes) <= _MANY else f"{labels}……"


def _spellings(code: CodeList) -> Iterator[str]:
    yield code.chinese
    yield code.english
    yield code.value
    yield from _COLLOQUIAL.get(code, ())
    if isinstance(code, Ethnicity):
        yield code.chinese.removesuffix("族")
    if code.standard_code is not None:
        yield code.standard_code
        yield code.standard_code.lstrip("0")  # what is left of 01 in a number cell
