"""所在党支部 as a file gives it: an organisation's number or id, or the full name of a branch that no other has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schema.identifiers import organization_number
from sheets.cells import UnreadableCellError, read_text
from sheets.rows import Cell
from storage.member_writing import BranchesOfName, MemberWriting

_NUMBER = re.compile(r"[0-9]{1,18}")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class BranchReferences:
    """What the register knows of the organisations that some rows refer to."""

    is_branch_by_id: Mapping[int, bool]
    by_name: Mapping[str, BranchesOfName]

    def read(self, cell: Cell) -> int | None:
        """The id of the branch that the cell refers to, or UnreadableCellError."""
        reference = read_text(cell)
        if reference is None:
            return None
        number = _organization_number(reference)
        return self._branch_of_name(reference) if number is None else self._branch_of_number(number)

    def _branch_of_number(self, organization_id: int) -> int:
        is_branch = self.is_branch_by_id.get(organization_id)
        if is_branch is None:
            raise _not_found()
        if not is_branch:
            raise _not_a_branch()
        return organization_id

    def _branch_of_name(self, name: str) -> int:
        found = self.by_name.get(name)
        if found is None:
            raise _not_found()
        if found.a_branch_id is None:
            raise _not_a_branch()
        if found.branches > 1:
            raise UnreadableCellError(
                "BRANCH_AMBIGUOUS",
                f"有{found.branches}个党支部同名：请改填该党支部的编号。",
                f"{found.branches} branches have this name: write the number of the one that is meant.",
            )
        return found.a_branch_id


def branch_references(cells: Iterable[Cell], writing: MemberWriting) -> BranchReferences:
    """What these cells refer to, looked up in two statements."""
    texts = {text for text in map(read_text, cells) if text is not None}
    numbers = {text: number for text in texts if (number := _organization_number(text)) is not None}
    names = {text for text in texts - numbers.keys() if len(text) <= _LONGEST_NAME and "\0" not in text}
    return BranchReferences(writing.is_branch_by_id(set(numbers.values())), writing.branches_by_name(names))


def _organization_number(reference: str) -> int | None:
    """From a bare number, or from the id that the API gives an organisation; None when it must be a name."""
    if _NUMBER.fullmatch(reference):
        return int(reference)
    return organization_number(reference)


def _not_found() -> UnreadableCellError:
    return UnreadableCellError(
        "BRANCH_NOT_FOUND",
        "没有此编号或此全称的党组织：请核对党支部的编号或全称。",
        "No organisation has this number or full name: check the branch's number or full name.",
    )


def _not_a_branch() -> UnreadableCellError:
    return UnreadableCellError(
        "NOT_A_BRANCH",
        "该党组织不是党支部：党员只能编入党支部，请改填党支部。",
        "This organisation is no branch: members belong to branches, so write a branch.",
    )
